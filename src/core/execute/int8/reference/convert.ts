import { clamp, roundHalfAway, roundHalfEven } from '../../../model/rounding.ts';

/**
 * QUANTIZE of floats: q = clamp(round(fround(x / scale)) + z), half away from zero (tflite/kernels/internal/reference/quantize.h),
 * and everything that is a table: DEQUANTIZE and functions of one or two int8 values.
 */

import type { QuantizeParams } from '../kernel-params.ts';
import type { ByteArray, Operands, Step } from '../kernels.ts';

export function quantize(
  { scale, zeroPoint, min, max, by }: QuantizeParams,
  input: Float32Array,
  target: ByteArray | Int16Array,
): Step {
  const inverse = Math.fround(1 / scale);
  const stepsOf =
    by === 'reciprocal'
      ? (x: number) => roundHalfEven(Math.fround(x * inverse))
      : (x: number) => roundHalfAway(Math.fround(x / scale));
  return () => {
    for (let i = 0; i < target.length; i++) {
      const steps = stepsOf(input[i] as number);
      // A NaN clamps to the minimum; in C++ its conversion is undefined.
      target[i] = Number.isNaN(steps) ? min : clamp(steps + zeroPoint, min, max);
    }
  };
}

export function dequantize(table: Float32Array, input: ByteArray, target: Float32Array): Step {
  return () => {
    for (let i = 0; i < target.length; i++) target[i] = table[(input[i] as number) & 255] as number;
  };
}

export function lookup(table: ByteArray, input: ByteArray, target: ByteArray): Step {
  return () => {
    for (let i = 0; i < target.length; i++) target[i] = table[(input[i] as number) & 255] as number;
  };
}

export function lookupPair(table: ByteArray, [left, right]: Operands<ByteArray>, target: ByteArray): Step {
  return () => {
    for (let i = 0; i < target.length; i++) {
      target[i] = table[(((left[i] as number) & 255) << 8) | ((right[i] as number) & 255)] as number;
    }
  };
}
