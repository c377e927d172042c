import { basename } from 'node:path';
import { performance } from 'node:perf_hooks';
import { readTflite } from '../core/formats/tflite/read.ts';
import { writeTflite } from '../core/formats/tflite/write.ts';
import { quantizeModel } from '../core/pipeline/quantize-model.ts';
import { prepare } from '../core/prepare/prepare.ts';
import { createReport } from '../core/report/create.ts';
import { formatReport } from '../core/report/format.ts';
import { createFloatRuntime } from '../float/runtime.ts';
import { type Arguments, type CommandSpec, requiredOption, textOption } from './arguments.ts';
import { arithmeticOption, parseArithmetic } from './executors.ts';
import { checkOutput, writeBytes } from './files.ts';
import { nodeKernels } from './kernel-builds.ts';
import { readModel } from './model-file.ts';
import { note, print } from './output.ts';
import { terminalCall } from './progress.ts';
import { recipeOf, recipeOptions } from './recipe-options.ts';
import { openModelSamples, sampleOptions } from './samples.ts';

export const quantizeSpec: CommandSpec = {
  name: 'quantize',
  usage: 'MODEL --images PATH -o OUT.tflite [--report REPORT.json] [options]',
  summary:
    'Makes an int8 model from a float one and typical pictures, and reports every layer’s range, scale, zero point and error.\n' +
    'Class folders, a CSV or --labels give accuracy as well.',
  positionals: [1, 1],
  options: {
    ...sampleOptions,
    ...recipeOptions,
    output: { type: 'string', short: 'o', value: 'FILE', help: 'the .tflite to write' },
    report: { type: 'string', value: 'FILE', help: 'also write the report as JSON' },
    json: { type: 'boolean', help: 'print the report as JSON' },
    arithmetic: arithmeticOption,
  },
};

/** `zeropoint quantize` */
export async function quantizeCommand(args: Arguments): Promise<void> {
  const out = requiredOption(args, quantizeSpec, 'output');
  const recipe = recipeOf(args);
  const arithmetic = parseArithmetic(args);
  const { path, bytes, model } = readModel(args.positionals[0] ?? '');
  const reportPath = textOption(args, 'report');
  for (const file of [out, reportPath]) if (file !== undefined) checkOutput(file, [path]);
  const runtime = createFloatRuntime();
  const { samples, notes } = await openModelSamples(prepare(model).model, args, runtime);
  const call = terminalCall();
  const kernels = nodeKernels();
  const tools = { runtime, kernels, arithmetic, now: () => performance.now(), call };
  const outcome = await quantizeModel({ model, samples, recipe }, tools).finally(call.done);
  const file = writeTflite(outcome.quantized.model);
  readTflite(file);
  const report = createReport({
    ...outcome,
    name: basename(path),
    recipe,
    files: { float: bytes, quantized: file },
    ...(samples.classNames && { classNames: samples.classNames }),
    notes: [...outcome.notes.map(({ text }) => text), ...notes],
  });
  writeBytes(out, file);
  const json = `${JSON.stringify(report, undefined, 2)}\n`;
  if (reportPath !== undefined) writeBytes(reportPath, json);
  print(args.values.json === true ? json.trimEnd() : formatReport(report));
  note(`wrote ${[out, reportPath].filter((file) => file !== undefined).join(' and ')}`);
}
