import { Problem } from '../problem.ts';
import type { Recipe } from '../quantize/recipe.ts';
import type { Scheme } from '../quantize/scheme.ts';

/** What a person chooses about a quantized ONNX file besides the recipe. */
export interface OnnxChoice {
  /** Integers of activations; both have the same steps. */
  readonly activations: 'int8' | 'uint8';
  /** Ranges of activations are widened to be symmetric around 0, so that every zero point is 0 (of uint8: 128). */
  readonly symmetric: boolean;
}

/** What is written unless somebody asks for something else: activations as the recipe has them. */
export function usualOnnxChoice({ mode }: Recipe): OnnxChoice {
  return { activations: mode === 'uint8' ? 'uint8' : 'int8', symmetric: false };
}

/**
 * static: activations become integers, with ranges measured before. dynamic: weights do, and activations while it runs.
 * weights: weights alone, which become float again before they are used.
 */
export type OnnxQuantization = 'static' | 'dynamic' | 'weights';

const written: Readonly<Partial<Record<Scheme, OnnxQuantization>>> = {
  int8: 'static',
  uint8: 'static',
  'dynamic-range': 'dynamic',
  'weights-only': 'weights',
};

/** What kind of quantized ONNX file is written from a recipe; `undefined` where ONNX has no counterpart of it. */
export function onnxQuantizationOf({ mode }: Recipe): OnnxQuantization | undefined {
  return written[mode];
}

/** `onnxQuantizationOf` a recipe. @throws Problem `quantize/unsupported` where ONNX has no counterpart of it. */
export function checkOnnxRecipe(recipe: Recipe): OnnxQuantization {
  const quantization = onnxQuantizationOf(recipe);
  if (quantization !== undefined) return quantization;
  const text = `An ONNX file is not written from a recipe of the mode ${recipe.mode}; ${Object.keys(written).join(', ')} have a counterpart.`;
  throw new Problem('quantize/unsupported', text, { mode: recipe.mode });
}
