import { basename } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { FloatRuntime } from '../core/execute/executor.ts';
import { readTflite } from '../core/formats/tflite/read.ts';
import { writeTflite } from '../core/formats/tflite/write.ts';
import { mainGraph } from '../core/model/graph.ts';
import type { SampleSource } from '../core/model/samples.ts';
import type { Model } from '../core/model/types.ts';
import { checkTflite } from '../core/pipeline/missing-ops.ts';
import { checkOnnxRecipe, type OnnxChoice, usualOnnxChoice } from '../core/pipeline/onnx-choice.ts';
import { lackOfSamples, quantizeModel } from '../core/pipeline/quantize-model.ts';
import { quantizeOnnx } from '../core/pipeline/quantize-onnx.ts';
import { floatNodesText, tryOnnx } from '../core/pipeline/try-onnx.ts';
import { prepare } from '../core/prepare/prepare.ts';
import type { Quantized } from '../core/quantize/quantize.ts';
import type { Recipe } from '../core/quantize/recipe.ts';
import { checkRecipe } from '../core/quantize/select.ts';
import { createReport } from '../core/report/create.ts';
import { formatReport } from '../core/report/format.ts';
import { createFloatRuntime } from '../float/runtime.ts';
import {
  type Arguments,
  type CommandSpec,
  listOption,
  requiredOption,
  textOption,
  usageProblem,
} from './arguments.ts';
import { arithmeticOption, parseArithmetic } from './executors.ts';
import { checkOutput, writeBytes } from './files.ts';
import { nodeKernels } from './kernel-builds.ts';
import { type ModelFile, modelOptions, readModel } from './model-file.ts';
import { note, print } from './output.ts';
import { terminalCall } from './progress.ts';
import { recipeOf, recipeOptions } from './recipe-options.ts';
import { type ModelSamples, openModelSamples, sampleOptions } from './samples.ts';

export const quantizeSpec: CommandSpec = {
  name: 'quantize',
  usage: 'MODEL [--images PATH] -o OUT.tflite|OUT.onnx [--recipe NAME|FILE] [--report REPORT.json] [options]',
  summary:
    'Makes an int8 model from a float one and typical pictures, and reports every layer’s range, scale, zero point and error.\n' +
    'Class folders, a CSV or --labels give accuracy as well. Recipes that quantize weights alone need no pictures.',
  positionals: [1, 1],
  options: {
    ...modelOptions,
    ...sampleOptions,
    ...recipeOptions,
    output: {
      type: 'string',
      short: 'o',
      value: 'FILE',
      help: 'the .tflite to write; of an ONNX model also an .onnx, with its graph and names',
    },
    'onnx-activations': {
      type: 'string',
      value: 'TYPE',
      help: 'of an .onnx: int8 or uint8, unless the recipe says',
    },
    'onnx-symmetric': { type: 'boolean', help: 'of an .onnx: ranges symmetric around 0' },
    report: { type: 'string', value: 'FILE', help: 'also write the report as JSON' },
    json: { type: 'boolean', help: 'print the report as JSON' },
    arithmetic: arithmeticOption,
  },
};

/**
 * Samples, where some were given or are needed; what the recipe cannot be done with is refused before they are opened.
 * @throws Problem `usage` when activations need ranges and nothing gives them, `range/missing` when only some have one.
 */
async function samplesFor(
  model: Model,
  { args, recipe, runtime }: { args: Arguments; recipe: Recipe; runtime: FloatRuntime },
): Promise<Partial<ModelSamples> & Pick<ModelSamples, 'notes'>> {
  const { model: float } = prepare(model);
  checkRecipe(mainGraph(float), recipe);
  if (listOption(args, 'images').length === 0) {
    const lack = lackOfSamples(float, recipe);
    if (lack === undefined) return { notes: [] };
    if (lack.code === 'range/missing') throw lack;
  }
  return openModelSamples(float, args, runtime);
}

/**
 * Refuses what cannot be written before anything is computed.
 * @throws Problem `usage` for an ONNX file of a model that is none, `export/refused` for a .tflite of nodes that TensorFlow
 * Lite lacks, `quantize/unsupported` for an ONNX file by a recipe that has no counterpart.
 */
function checkFormat(out: string, opened: ModelFile, asked: { args: Arguments; recipe: Recipe }): void {
  const { onnx, path, missing } = opened;
  const forOnnx = ['onnx-activations', 'onnx-symmetric'].find(
    (name) => asked.args.values[name] !== undefined,
  );
  if (forOnnx !== undefined && !out.endsWith('.onnx'))
    throw usageProblem(`--${forOnnx} is for an .onnx file; ${out} is none.`);
  if (out.endsWith('.onnx') && onnx === undefined)
    throw usageProblem(
      `${path} is no ONNX model, so ${out} cannot be written: there is no graph to write it into.`,
    );
  if (out.endsWith('.onnx')) checkOnnxRecipe(asked.recipe);
  else checkTflite(missing, `-o ${out.replace(/(\.[^./\\]*)?$/, '.onnx')}`);
}

function onnxChoice(args: Arguments, recipe: Recipe): OnnxChoice {
  const activations = textOption(args, 'onnx-activations') ?? usualOnnxChoice(recipe).activations;
  if (activations !== 'int8' && activations !== 'uint8')
    throw usageProblem(`--onnx-activations is “${activations}”; int8 and uint8 are known.`);
  return { activations, symmetric: args.values['onnx-symmetric'] === true };
}

interface Quantization {
  readonly opened: ModelFile;
  readonly float: Model;
  readonly quantized: Quantized;
  readonly recipe: Recipe;
  readonly samples?: SampleSource;
  readonly args: Arguments;
  readonly runtime: FloatRuntime;
}

interface Written {
  readonly file: Uint8Array;
  /** What the report must say of it. */
  readonly about: readonly string[];
}

/** The file to write, read back or run once; its name tells the format. */
async function fileOf(out: string, { opened, args, runtime, ...job }: Quantization): Promise<Written> {
  const { onnx } = opened;
  if (onnx === undefined || !out.endsWith('.onnx')) {
    const file = writeTflite(job.quantized.model);
    readTflite(file);
    return { file, about: [] };
  }
  const choice = onnxChoice(args, job.recipe);
  const { bytes, floatNodes } = await quantizeOnnx({ ...job, onnx, ...choice }, { runtime });
  const tried = await tryOnnx(bytes, job, { runtime, kernels: nodeKernels() });
  const about = [
    'Written as ONNX; layers and figures are those of the .tflite that the same recipe makes.',
    `${tried}.`,
    ...(floatNodes.length === 0 ? [] : [floatNodesText(floatNodes)]),
  ];
  return { file: bytes, about };
}

/** `zeropoint quantize` */
export async function quantizeCommand(args: Arguments): Promise<void> {
  const out = requiredOption(args, quantizeSpec, 'output');
  const recipe = recipeOf(args);
  const arithmetic = parseArithmetic(args);
  const opened = await readModel(args.positionals[0] ?? '', args);
  const { path, bytes, model } = opened;
  checkFormat(out, opened, { args, recipe });
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
  const { file, about } = await fileOf(out, {
    ...outcome,
    opened,
    recipe,
    args,
    runtime,
    ...(samples && { samples }),
  });
  const report = createReport({
    ...outcome,
    name: basename(path),
    recipe,
    files: { float: bytes, quantized: file },
    ...(samples?.classNames && { classNames: samples.classNames }),
    notes: [...about, ...opened.notes, ...outcome.notes.map(({ text }) => text), ...notes],
  });
  writeBytes(out, file);
  const json = `${JSON.stringify(report, undefined, 2)}\n`;
  if (reportPath !== undefined) writeBytes(reportPath, json);
  print(args.values.json === true ? json.trimEnd() : formatReport(report));
  note(`wrote ${[out, reportPath].filter((file) => file !== undefined).join(' and ')}`);
}
