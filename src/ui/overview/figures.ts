import type { Proportion } from '../../core/evaluate/proportion.ts';
import type { EvaluationFacts, Report } from '../../core/report/report.ts';

/** “62 of 64”. */
export function hitsOf({ hits, total }: Proportion): string {
  return `${hits} of ${total}`;
}

/** “89–99 %”: where the true rate likely lies, 95 % confidence. */
export function intervalOf({ low, high }: Proportion): string {
  const [from, to] = [Math.floor(low * 100), Math.ceil(high * 100)];
  return from === to ? `${from}\u00a0%` : `${from}–${to}\u00a0%`;
}

/** “−73 %”, of `before`. */
export function changeOf(before: number, after: number): string {
  const percent = Math.round((after / before - 1) * 100);
  return percent > 0 ? `+${percent}\u00a0%` : `−${Math.abs(percent)}\u00a0%`;
}

/** How the two models' answers relate, in words that hold for few pictures too. */
function agreementSentence({ agreement, outputs, samples }: EvaluationFacts, name: string): string {
  if (agreement)
    return `The ${name} model gives the same answer as the float model on ${hitsOf(agreement)} pictures`;
  const worst = Math.min(...outputs.map(({ sqnr }) => sqnr ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(worst)
    ? `The ${name} model's output is ${worst.toFixed(1)} dB above its error on ${samples} pictures`
    : `The ${name} model's output equals the float model's on ${samples} pictures`;
}

export interface Verdict {
  readonly title: string;
  readonly text: string;
}

/**
 * One sentence of judgement, and the evidence for it. Judged by the lower end of the interval where answers can be
 * counted, because a few pictures that agree prove little.
 */
export function verdictOf({ files, evaluation, findings, outcome }: Report): Verdict | undefined {
  if (evaluation === undefined) return undefined;
  const size = `and is ${Math.abs(Math.round((1 - files.quantized.bytes / files.float.bytes) * 100))}\u00a0% ${files.quantized.bytes <= files.float.bytes ? 'smaller' : 'larger'}`;
  const warnings = findings.filter(({ verdict }) => verdict === 'warn').length;
  const text = `${agreementSentence(evaluation, outcome.name)} ${size}.`;
  return { title: titleOf(evaluation, warnings), text };
}

function titleOf({ agreement, samples }: EvaluationFacts, warnings: number): string {
  if (agreement === undefined) return 'Look at the outputs before you ship.';
  const { hits, total, low } = agreement;
  if (hits / total < 0.9) return 'Not good enough to ship yet.';
  if (samples < 20) return 'It looks right, but these are few pictures.';
  if (low >= 0.9 && warnings === 0) return 'Good to ship for most uses.';
  return 'Close to the float model; look at the findings.';
}
