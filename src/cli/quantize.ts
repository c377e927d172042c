import { basename } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { FloatRuntime } from '../core/execute/executor.ts';
import { readTflite } from '../core/formats/tflite/read.ts';
import { writeTflite } from '../core/formats/tflite/write.ts';
import { mainGraph } from '../core/model/graph.ts';
import type { Model } from '../core/model/types.ts';
import { needsSamples, quantizeModel } from '../core/pipeline/quantize-model.ts';
import { prepare } from '../core/prepare/prepare.ts';
import type { Recipe } from '../core/quantize/recipe.ts';
import { checkRecipe } from '../core/quantize/select.ts';
import { createReport } from '../core/report/create.ts';
import { formatReport } from '../core/report/format.ts';
import { createFloatRuntime } from '../float/runtime.ts';
import { type Arguments, type CommandSpec, listOption, requiredOption, textOption } from './arguments.ts';
import { arithmeticOption, parseArithmetic } from './executors.ts';
import { checkOutput, writeBytes } from './files.ts';
import { nodeKernels } from './kernel-builds.ts';
import { modelOptions, readModel } from './model-file.ts';
import { note, print } from './output.ts';
import { terminalCall } from './progress.ts';
import { recipeOf, recipeOptions } from './recipe-options.ts';
import { type ModelSamples, openModelSamples, sampleOptions } from './samples.ts';

export const quantizeSpec: CommandSpec = {
  name: 'quantize',
  usage: 'MODEL [--images PATH] -o OUT.tflite [--recipe NAME|FILE] [--report REPORT.json] [options]',
  summary:
    'Makes an int8 model from a float one and typical pictures, and reports every layer’s range, scale, zero point and error.\n' +
    'Class folders, a CSV or --labels give accuracy as well. Recipes that quantize weights alone need no pictures.',
  positionals: [1, 1],
  options: {
    ...modelOptions,
    ...sampleOptions,
    ...recipeOptions,
    output: { type: 'string', short: 'o', value: 'FILE', help: 'the .tflite to write' },
    report: { type: 'string', value: 'FILE', help: 'also write the report as JSON' },
    json: { type: 'boolean', help: 'print the report as JSON' },
    arithmetic: arithmeticOption,
  },
};

/**
 * Samples, where some were given or are needed; what the recipe cannot be done with is refused before they are opened.
 * @throws Problem `usage` when activations need ranges and nothing gives them.
 */
async function samplesFor(
  model: Model,
  { args, recipe, runtime }: { args: Arguments; recipe: Recipe; runtime: FloatRuntime },
): Promise<Partial<ModelSamples> & Pick<ModelSamples, 'notes'>> {
  const { model: float } = prepare(model);
  checkRecipe(mainGraph(float), recipe);
  if (!needsSamples(float, recipe) && listOption(args, 'images').length === 0) return { notes: [] };
  return openModelSamples(float, args, runtime);
}

/** `zeropoint quantize` */
export async function quantizeCommand(args: Arguments): Promise<void> {
  const out = requiredOption(args, quantizeSpec, 'output');
  const recipe = recipeOf(args);
  const arithmetic = parseArithmetic(args);
  const { path, bytes, model } = readModel(args.positionals[0] ?? '', args);
  const reportPath = textOption(args, 'report');
  for (const file of [out, reportPath]) if (file !== undefined) checkOutput(file, [path]);
  const runtime = createFloatRuntime();
  const { samples, notes } = await samplesFor(model, { args, recipe, runtime });
  const call = terminalCall();
  const kernels = nodeKernels();
  const tools = { runtime, kernels, arithmetic, now: () => performance.now(), call };
  const outcome = await quantizeModel({ model, ...(samples && { samples }), recipe }, tools).finally(
    call.done,
  );
  const file = writeTflite(outcome.quantized.model);
  readTflite(file);
  const report = createReport({
    ...outcome,
    name: basename(path),
    recipe,
    files: { float: bytes, quantized: file },
    ...(samples?.classNames && { classNames: samples.classNames }),
    notes: [...outcome.notes.map(({ text }) => text), ...notes],
  });
  writeBytes(out, file);
  const json = `${JSON.stringify(report, undefined, 2)}\n`;
  if (reportPath !== undefined) writeBytes(reportPath, json);
  print(args.values.json === true ? json.trimEnd() : formatReport(report));
  note(`wrote ${[out, reportPath].filter((file) => file !== undefined).join(' and ')}`);
}
