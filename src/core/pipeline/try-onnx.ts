import type { FloatRuntime } from '../execute/executor.ts';
import { createInt8Executor } from '../execute/int8/executor.ts';
import type { KernelFactory } from '../execute/int8/kernels.ts';
import { originalOf } from '../formats/onnx/outputs.ts';
import { readOnnx } from '../formats/onnx/read.ts';
import type { SampleSource } from '../model/samples.ts';
import type { Model } from '../model/types.ts';
import { Problem } from '../problem.ts';
import type { QuantizedOnnx } from '../qdq/options.ts';
import type { Quantized } from '../quantize/quantize.ts';
import { counted, formatShare } from '../report/units.ts';
import { answersTo, samplesToTry } from './trial.ts';

/** What a quantized ONNX file is tried beside. */
export interface OnnxTrial {
  readonly float: Model;
  readonly quantized: Quantized;
  /** Absent where there are none: the file is then only opened. */
  readonly samples?: SampleSource;
}

export interface TrialTools {
  readonly runtime: FloatRuntime;
  readonly kernels: KernelFactory;
}

/** How far two models' answers lie apart at most, as a share of the interval that the first one's span. */
function distance(ours: readonly (readonly number[])[], theirs: readonly (readonly number[])[]): number {
  let [min, max, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  // Loops: outputs of pictures are too long to be arguments.
  for (const [i, answer] of ours.entries())
    for (const [k, value] of answer.entries()) {
      min = Math.min(min, value);
      max = Math.max(max, value);
      most = Math.max(most, Math.abs(value - (theirs[i]?.[k] ?? Number.NaN)));
    }
  return most === 0 ? 0 : most / (max - min);
}

/**
 * What onnxruntime answers with a quantized ONNX file, beside what our engine answers with the same recipe's `.tflite`: in a
 * sentence.
 * @throws Problem `compute/…` when onnxruntime refuses the file.
 */
export async function tryOnnx(
  bytes: Uint8Array,
  job: OnnxTrial,
  { runtime, kernels }: TrialTools,
): Promise<string> {
  const { float, quantized, samples: source } = job;
  const model: Model = { ...float, original: originalOf(readOnnx(bytes)) };
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
  const apart = formatShare(distance(ours, theirs));
  return `onnxruntime runs it: on ${counted(samples.length, 'sample')} its outputs lie at most ${apart} of their span from those shown here`;
}

/** Nodes of a quantized ONNX file that compute in float, each operator with its reasons, in a sentence. */
export function floatNodesText(nodes: QuantizedOnnx['floatNodes']): string {
  const reasons = new Map<string, number>();
  for (const { type, reason } of nodes) {
    const text = `${type}: ${reason}`;
    reasons.set(text, (reasons.get(text) ?? 0) + 1);
  }
  const list = [...reasons].map(([text, count]) => (count === 1 ? text : `${count} × ${text}`));
  return `${counted(nodes.length, 'node')} in float. ${list.join('; ')}`;
}
