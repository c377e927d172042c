import type { Call } from '../core/call.ts';
import type { FloatRuntime } from '../core/execute/executor.ts';
import { createInt8Executor } from '../core/execute/int8/executor.ts';
import type { KernelFactory } from '../core/execute/int8/kernels.ts';
import { withOutputs } from '../core/formats/onnx/outputs.ts';
import { readOnnx } from '../core/formats/onnx/read.ts';
import type { Model } from '../core/model/types.ts';
import type { NormalizedOnnx } from '../core/onnx/normalized.ts';
import type { OnnxChoice } from '../core/pipeline/onnx-choice.ts';
import { quantizeOnnx } from '../core/pipeline/quantize-onnx.ts';
import { Problem } from '../core/problem.ts';
import type { QuantizedOnnx } from '../core/qdq/options.ts';
import type { Quantized } from '../core/quantize/quantize.ts';
import type { Recipe } from '../core/quantize/recipe.ts';
import { counted, formatShare } from '../core/report/units.ts';
import type { OpenedSamples } from '../core/samples/deliver.ts';
import type { ExportedFile } from './api.ts';
import { exportName } from './export.ts';
import { answersTo, samplesToTry } from './trial.ts';

interface Job {
  /** Of the float model's file. */
  readonly name: string;
  readonly onnx: NormalizedOnnx;
  readonly recipe: Recipe;
  readonly float: Model;
  readonly quantized: Quantized;
  readonly samples?: OpenedSamples;
}

interface Tools {
  readonly runtime: FloatRuntime;
  readonly kernels: KernelFactory;
  readonly call: Call;
}

/** Where an answer's largest element stands. */
function classOf(answer: readonly number[]): number {
  return answer.indexOf(Math.max(...answer));
}

/** Of two models' answers: how far they lie apart at most, as a share of the interval that the first one's span. */
function distance(ours: readonly (readonly number[])[], theirs: readonly (readonly number[])[]): number {
  const all = ours.flat();
  const span = Math.max(...all) - Math.min(...all);
  const most = Math.max(...theirs.flat().map((value, i) => Math.abs(value - (all[i] ?? Number.NaN))));
  return most === 0 ? 0 : most / span;
}

/** What onnxruntime answers with the file, beside what is shown here. */
async function checkAnswers(bytes: Uint8Array, job: Job, { runtime, kernels }: Tools): Promise<string> {
  const { float, quantized, samples: source } = job;
  const file = readOnnx(bytes);
  const model: Model = { ...float, original: { withOutputs: (names) => withOutputs(file, names) } };
  const executor = await runtime.create(model, []);
  if (source === undefined) {
    executor.dispose();
    return 'onnxruntime opens it; not run, as there are no samples';
  }
  const samples = await samplesToTry(source);
  const theirs = await answersTo(samples, { executor, model, float });
  let ours: typeof theirs;
  try {
    const own = createInt8Executor(quantized.model, { arithmetic: 'tflm', kernels });
    ours = await answersTo(samples, { executor: own, model: quantized.model, float });
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'model/unsupported-op') throw error;
    return `onnxruntime runs it on ${counted(samples.length, 'sample')}; not compared here: ${error.message}`;
  }
  const same = ours.filter((answer, i) => classOf(answer) === classOf(theirs[i] ?? [])).length;
  const apart = formatShare(distance(ours, theirs));
  return `onnxruntime runs it: the same largest output as shown here on ${same} of ${counted(samples.length, 'sample')}, outputs at most ${apart} of their span apart`;
}

/** Nodes that compute in float, each operator with its reasons. */
function floatNodesText(nodes: QuantizedOnnx['floatNodes']): string {
  const reasons = new Map<string, number>();
  for (const { type, reason } of nodes) {
    const text = `${type}: ${reason}`;
    reasons.set(text, (reasons.get(text) ?? 0) + 1);
  }
  const list = [...reasons].map(([text, count]) => (count === 1 ? text : `${count} × ${text}`));
  return `${counted(nodes.length, 'node')} in float. ${list.join('; ')}`;
}

/**
 * Makes the quantized ONNX file and has onnxruntime open and run it before it is handed over.
 * @throws Problem as `quantizeOnnx`, and `compute/…` when onnxruntime refuses the file.
 */
export async function exportOnnxChecked(job: Job, choice: OnnxChoice, tools: Tools): Promise<ExportedFile> {
  const { name, recipe } = job;
  const { bytes: written, floatNodes } = await quantizeOnnx({ ...job, ...choice }, tools);
  const bytes = new Uint8Array(written.length);
  bytes.set(written);
  const checks = [
    await checkAnswers(bytes, job, tools),
    ...(floatNodes.length === 0 ? [] : [floatNodesText(floatNodes)]),
  ];
  return { name: exportName(name, recipe, 'onnx'), bytes, checks };
}
