import { performance } from 'node:perf_hooks';
import { compareModels } from '../core/evaluate/compare.ts';
import { sameNames } from '../core/evaluate/correspondence.ts';
import { evaluateModel } from '../core/evaluate/outputs.ts';
import type { Proportion } from '../core/evaluate/proportion.ts';
import type { EvaluateTools } from '../core/evaluate/runner.ts';
import type { ModelFigures } from '../core/evaluate/tally.ts';
import type { SkippedSample } from '../core/model/samples.ts';
import type { Model } from '../core/model/types.ts';
import { type ComparisonFacts, comparisonFacts } from '../core/report/comparison-facts.ts';
import { formatCount, formatDecibels, formatMilliseconds, formatShare } from '../core/report/units.ts';
import { createFloatRuntime } from '../float/runtime.ts';
import type { Arguments, CommandSpec } from './arguments.ts';
import { arithmeticOption, parseArithmetic, runnable } from './executors.ts';
import { nodeKernels } from './kernel-builds.ts';
import { type ModelFile, modelOptions, readModel } from './model-file.ts';
import { note, print, printJson } from './output.ts';
import { terminalCall } from './progress.ts';
import { type ModelSamples, openModelSamples, sampleOptions } from './samples.ts';

export const evaluateSpec: CommandSpec = {
  name: 'evaluate',
  usage: 'MODEL [MODEL2] --images PATH [--labels FILE] [--json] [options]',
  summary:
    'Runs one model, float or int8, on labelled samples and tells its accuracy; or compares two: accuracy, agreement, error of\n' +
    'every tensor that both have, worst samples. Samples are made for the first model.',
  positionals: [1, 2],
  options: {
    ...modelOptions,
    ...sampleOptions,
    json: { type: 'boolean', help: 'print JSON' },
    arithmetic: arithmeticOption,
  },
};

function proportionText({ hits, total, low, high }: Proportion): string {
  return `${formatCount(hits)} of ${formatCount(total)} (${formatShare(hits / total)}; true rate likely ${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)} %)`;
}

function figureLines(path: string, { accuracy, ties, milliseconds }: ModelFigures): readonly string[] {
  return [
    path,
    ...(accuracy
      ? [`  top-1      ${proportionText(accuracy.top1)}`]
      : ['  accuracy   no labels, or no classifier']),
    ...(accuracy?.top5 ? [`  top-5      ${proportionText(accuracy.top5)}`] : []),
    ...(ties !== undefined && ties > 0
      ? [`  ties       ${formatCount(ties)} answers shared their highest score`]
      : []),
    `  time       ${formatMilliseconds(milliseconds)} a sample, on this computer`,
  ];
}

function comparisonLines({ agreement, outputs, worst }: ComparisonFacts): readonly string[] {
  const answers = ({ reference, candidate }: ComparisonFacts['worst'][number]) =>
    reference === undefined || reference === candidate ? '' : `, class ${reference} → ${candidate}`;
  return [
    ...(agreement ? [`same answer  ${proportionText(agreement)}`] : []),
    `output SQNR  ${outputs.map(({ sqnr }) => formatDecibels(sqnr)).join(', ')}`,
    'worst samples',
    ...worst
      .slice(0, 5)
      .map((sample) => `  ${sample.name}: ${formatDecibels(sample.error.sqnr)}${answers(sample)}`),
  ];
}

function tellSkipped(skipped: readonly SkippedSample[]): void {
  for (const { name, problem } of skipped) note(`skipped ${name}: ${problem.message}`);
}

interface Opened extends ModelSamples {
  readonly path: string;
  readonly model: Model;
  readonly tools: EvaluateTools & { readonly call: ReturnType<typeof terminalCall> };
}

async function evaluateOne({ path, model, samples, notes, tools }: Opened, json: boolean): Promise<void> {
  const { skipped, ...figures } = await evaluateModel(model, samples, tools).finally(tools.call.done);
  tellSkipped(skipped);
  if (json) return printJson({ model: path, ...figures, skipped: skipped.map(({ name }) => name), notes });
  print([...figureLines(path, figures), ...notes].join('\n'));
}

async function evaluateTwo(first: Opened, second: ModelFile, json: boolean): Promise<void> {
  const { model: reference, samples, notes, tools } = first;
  const { path } = second;
  const candidate = runnable(second.model);
  const pair = { reference, candidate, tensors: sameNames(reference, candidate) };
  const comparison = await compareModels(pair, samples, tools).finally(tools.call.done);
  tellSkipped(comparison.outputs.skipped);
  const facts = comparisonFacts(comparison, reference);
  const skipped = comparison.outputs.skipped.map(({ name }) => name);
  if (json) return printJson({ models: [first.path, path], ...facts, skipped, notes });
  const lines = [
    ...figureLines(first.path, facts.reference),
    ...figureLines(path, facts.candidate),
    ...comparisonLines(facts),
    ...notes,
  ];
  print(lines.join('\n'));
}

/** `zeropoint evaluate` */
export async function evaluate(args: Arguments): Promise<void> {
  const [path = '', second] = args.positionals;
  const arithmetic = parseArithmetic(args);
  const model = runnable((await readModel(path, args)).model);
  const runtime = createFloatRuntime();
  const opened = await openModelSamples(model, args, runtime);
  const kernels = nodeKernels();
  const tools = { runtime, kernels, arithmetic, now: () => performance.now(), call: terminalCall() };
  const first: Opened = { ...opened, path, model, tools };
  const json = args.values.json === true;
  if (second === undefined) return evaluateOne(first, json);
  await evaluateTwo(first, await readModel(second, args), json);
}
