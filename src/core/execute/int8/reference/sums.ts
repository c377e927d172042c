import type { ConvParams } from '../kernel-params.ts';
import type { Step } from '../kernels.ts';
import type { Columns, WritePixels } from './output.ts';
import type { IntegerArray } from './padded-image.ts';

/**
 * A convolution up to its accumulators, which are exact integers: int8, 16×8 and hybrid kernels differ only in what
 * they make of them.
 */
export interface ConvSumsParams
  extends Pick<ConvParams, 'window' | 'weights' | 'weightsZeroPoint' | 'inputZeroPoint'> {
  /** One per output channel; integers below 2^53. */
  readonly bias: ArrayLike<number>;
}

/** Binds the accumulators to an input and to what consumes them, which learns how they are laid out. */
export type PrepareSums = (input: IntegerArray, prepare: (layout: Columns) => WritePixels) => Step;
