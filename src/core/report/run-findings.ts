import type { ModelFigures } from '../evaluate/tally.ts';
import type { SkippedSample } from '../model/samples.ts';
import type { ReportInput } from './input.ts';
import type { Finding } from './report.ts';
import { counted, formatCount, formatShare } from './units.ts';

/** Fewer calibration samples than this rarely show a layer's extremes. */
const fewSamples = 20;

/** From this share of one and the same answer on, pictures or their preprocessing are not what the model expects. */
const oneAnswerShare = 0.95;

function skipped(list: readonly SkippedSample[], purpose: string): readonly Finding[] {
  const [first] = list;
  if (first === undefined) return [];
  const text = `${counted(list.length, 'sample')} could not be used for ${purpose}. “${first.name}”: ${first.problem.message}`;
  return [{ id: 'samples-skipped', verdict: 'warn', text, where: [] }];
}

function calibrationSet({ statistics }: ReportInput): readonly Finding[] {
  const { samples } = statistics;
  // None at all: the recipe needs no samples, or its ranges come from elsewhere.
  if (samples === 0 || samples >= fewSamples) return [];
  const text = `Ranges come from only ${counted(samples, 'sample')}; what others reach beyond is clipped. 100 to 200 typical ones are usual.`;
  return [{ id: 'few-samples', verdict: 'warn', text, where: [] }];
}

/** The float model is no better than guessing: labels or preprocessing do not fit it. */
function floatAccuracy({ accuracy, answers }: ModelFigures): readonly Finding[] {
  if (accuracy === undefined || answers === undefined) return [];
  const { hits, total, low } = accuracy.top1;
  const chance = 1 / answers.length;
  if (low > chance) return [];
  const text = `The float model is right on ${formatCount(hits)} of ${formatCount(total)} samples, which guessing among ${answers.length} classes reaches, too (${formatShare(chance)}). Check the preprocessing and the order of the labels.`;
  return [{ id: 'float-inaccurate', verdict: 'warn', text, where: [] }];
}

/** The float model says the same to everything although the samples differ. */
function sameAnswer({ answers = [] }: ModelFigures): readonly Finding[] {
  const total = answers.reduce((sum, n) => sum + n, 0);
  const most = Math.max(0, ...answers);
  if (total < fewSamples || most < oneAnswerShare * total) return [];
  const text = `The float model answers class ${answers.indexOf(most)} to ${formatCount(most)} of ${formatCount(total)} samples. Unless they show one thing only, the preprocessing is not what it was trained with.`;
  return [{ id: 'one-answer', verdict: 'warn', text, where: [] }];
}

function changedAnswers({ comparison }: ReportInput): readonly Finding[] {
  const agreement = comparison?.outputs.agreement;
  if (agreement === undefined || agreement.hits === agreement.total) return [];
  const { hits, total } = agreement;
  const text = `The answer changed on ${formatCount(total - hits)} of ${formatCount(total)} samples.`;
  return [{ id: 'answers-changed', verdict: 'info', text, where: [] }];
}

/** Findings about the samples and the answers to them. */
export function runFindings(input: ReportInput): readonly Finding[] {
  const { statistics, comparison } = input;
  const reference = comparison?.outputs.reference;
  return [
    ...(reference === undefined ? [] : [...floatAccuracy(reference), ...sameAnswer(reference)]),
    ...changedAnswers(input),
    ...calibrationSet(input),
    ...skipped(statistics.skipped, 'calibration'),
    ...skipped(comparison?.outputs.skipped ?? [], 'evaluation'),
  ];
}
