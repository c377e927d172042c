import type { Call } from '../core/call.ts';
import type { Model } from '../core/model/types.ts';
import { checkTflite } from '../core/pipeline/missing-ops.ts';
import { usualOnnxChoice } from '../core/pipeline/onnx-choice.ts';
import { Problem } from '../core/problem.ts';
import type { Quantized } from '../core/quantize/quantize.ts';
import type { Recipe } from '../core/quantize/recipe.ts';
import type { Ranges } from '../core/ranges/choose.ts';
import type { OpenedSamples } from '../core/samples/deliver.ts';
import type { ExportedFile, ExportRequest } from './api.ts';
import { exportChecked } from './export.ts';
import { exportOnnxChecked } from './export-onnx.ts';
import type { OpenModel } from './given-model.ts';
import type { Platform } from './session-platform.ts';

/** A result that can be written. */
interface Exportable {
  readonly opened: { readonly model: OpenModel };
  /** Of the float model's file. */
  readonly name: string;
  readonly recipe: Recipe;
  readonly float: Model;
  readonly ranges: Ranges;
  readonly quantized: Quantized;
  readonly samples?: OpenedSamples;
}

/** What a recipe is about: a `.tflite` of its types, or the ONNX file of a model that TensorFlow Lite cannot take whole. */
export function usualExport({ opened, recipe }: Exportable): ExportRequest {
  const { inputType, outputType } = recipe;
  return opened.model.formats.includes('tflite')
    ? { format: 'tflite', inputType, outputType }
    : { format: 'onnx', ...usualOnnxChoice(recipe) };
}

/**
 * Makes a file of a result, reads it back and runs it.
 * @throws Problem `export/refused`, and those of quantizing.
 */
export async function exportFile(
  done: Exportable,
  request: ExportRequest,
  { platform, call }: { readonly platform: Platform; readonly call: Call },
): Promise<ExportedFile> {
  const kernels = await platform.kernels();
  if (request.format === 'tflite') {
    checkTflite(done.opened.model.missing);
    const { inputType, outputType } = request;
    const recipe = { ...done.recipe, inputType, outputType };
    return exportChecked({ ...done, recipe, kernels, shown: done.quantized.model });
  }
  const { onnx } = done.opened.model;
  if (onnx !== undefined)
    return exportOnnxChecked({ ...done, onnx }, request, { runtime: platform.runtime, kernels, call });
  const text = 'The model came as a .tflite file; there is no ONNX graph to write it into.';
  throw new Problem('export/refused', text);
}
