import type { Statistics } from '../calibrate/statistics.ts';
import type { Comparison } from '../evaluate/compare.ts';
import type { Model } from '../model/types.ts';
import type { Quantized } from '../quantize/quantize.ts';
import type { Recipe } from '../quantize/recipe.ts';
import type { Ranges } from '../ranges/choose.ts';

/** What a quantization leaves behind. */
export interface ReportInput {
  /** The model's file name. */
  readonly name: string;
  /** Float and prepared. */
  readonly float: Model;
  readonly quantized: Quantized;
  readonly recipe: Recipe;
  readonly statistics: Statistics;
  readonly ranges: Ranges;
  /** Bytes of both files. */
  readonly files: { readonly float: Uint8Array; readonly quantized: Uint8Array };
  /** Float against quantized. */
  readonly comparison?: Comparison;
  readonly classNames?: readonly string[];
  readonly notes?: readonly string[];
}
