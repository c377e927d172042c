import type { Call } from '../core/call.ts';
import type { FloatRuntime } from '../core/execute/executor.ts';
import type { KernelFactory } from '../core/execute/int8/kernels.ts';
import type { Model } from '../core/model/types.ts';
import type { NormalizedOnnx } from '../core/onnx/normalized.ts';
import type { OnnxChoice } from '../core/pipeline/onnx-choice.ts';
import { quantizeOnnx } from '../core/pipeline/quantize-onnx.ts';
import { floatNodesText, tryOnnx } from '../core/pipeline/try-onnx.ts';
import type { Quantized } from '../core/quantize/quantize.ts';
import type { Recipe } from '../core/quantize/recipe.ts';
import type { OpenedSamples } from '../core/samples/deliver.ts';
import type { ExportedFile } from './api.ts';
import { exportName } from './export.ts';

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
    await tryOnnx(bytes, job, tools),
    ...(floatNodes.length === 0 ? [] : [floatNodesText(floatNodes)]),
  ];
  return { name: exportName(name, recipe, 'onnx'), bytes, checks };
}
