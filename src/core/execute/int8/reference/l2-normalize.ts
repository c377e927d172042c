import { clamp } from '../../../model/rounding.ts';
/**
 * L2_NORMALIZATION over the last axis: y = (x − z) / sqrt(Σ (x − z)²), output scale 1/128, zero point 0.
 * Equals tflite/kernels/internal/reference/integer_ops/l2normalization.h,
 * and with all seven bits of the output's scale shifted in beforehand reference/l2normalization.h (uint8).
 */
import { multiplyByFixedPoint } from '../../fixed-point.ts';
import { inverseSquareRoot } from '../../fixed-point-functions.ts';
import type { NormalizeParams } from '../kernel-params.ts';
import type { Step } from '../kernels.ts';

const OUTPUT_SCALE_BITS = 7;

export function l2Normalize(
  { rows, depth, zeroPoint, leftShift }: NormalizeParams,
  input: Int8Array,
  target: Int8Array,
): Step {
  return () => {
    for (let from = 0; from < rows * depth; from += depth) {
      let squares = 0;
      for (let i = from; i < from + depth; i++) squares += ((input[i] as number) - zeroPoint) ** 2;
      const { multiplier, shift } = inverseSquareRoot(squares);
      for (let i = from; i < from + depth; i++) {
        const value = multiplyByFixedPoint(
          ((input[i] as number) - zeroPoint) << leftShift,
          multiplier,
          shift + OUTPUT_SCALE_BITS - leftShift,
        );
        target[i] = clamp(value, -128, 127);
      }
    }
  };
}
