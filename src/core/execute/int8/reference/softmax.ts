import { clamp } from '../../../model/rounding.ts';
/**
 * SOFTMAX and LOG_SOFTMAX over the last axis, in fixed point: exponentials in Q0, their sum in Q12.
 * Equals tflite/kernels/internal/reference/softmax.h and integer_ops/log_softmax.h.
 */
import { divideByPowerOfTwo, doublingHighMultiply, multiplyByFixedPoint } from '../../fixed-point.ts';
import { expOfNegative, logFromOne, reciprocal } from '../../fixed-point-functions.ts';
import type { LogSoftmaxParams, SoftmaxParams } from '../kernel-params.ts';
import type { Step } from '../kernels.ts';

/** exp of every difference from the maximum that counts, indexed by maximum − value; Q0. */
function exponentials({ multiplier, shift, minDifference }: SoftmaxParams): Int32Array {
  const count = Math.min(255, -minDifference) + 1;
  return Int32Array.from({ length: count }, (_, d) =>
    expOfNegative(multiplyByFixedPoint(-d, multiplier, shift), 5),
  );
}

function maximumOf(input: Int8Array, from: number, depth: number): number {
  let maximum = -128;
  for (let i = from; i < from + depth; i++) maximum = Math.max(maximum, input[i] as number);
  return maximum;
}

/**
 * Sum of a row's exponentials, Q12. TensorFlow Lite aborts from 512 equal maxima on and wraps from 4,096 on; here the
 * result stays right up to 8,191 and saturates.
 */
function sumOfExponentials(
  exps: Int32Array,
  input: Int8Array,
  row: { from: number; depth: number; maximum: number },
): number {
  let sum = 0;
  for (let i = row.from; i < row.from + row.depth; i++) {
    const difference = row.maximum - (input[i] as number);
    if (difference < exps.length) sum += divideByPowerOfTwo(exps[difference] as number, 12);
  }
  return Math.min(sum, 2 ** 32 - 1);
}

export function softmax(params: SoftmaxParams, input: Int8Array, target: Int8Array): Step {
  const { rows, depth } = params;
  const exps = exponentials(params);
  return () => {
    for (let from = 0; from < rows * depth; from += depth) {
      const maximum = maximumOf(input, from, depth);
      const { value, bits } = reciprocal(sumOfExponentials(exps, input, { from, depth, maximum }), 12);
      const exponent = bits + 31 - 8;
      for (let i = from; i < from + depth; i++) {
        const difference = maximum - (input[i] as number);
        const share = difference < exps.length ? doublingHighMultiply(value, exps[difference] as number) : 0;
        target[i] = exponent > 31 ? -128 : clamp(divideByPowerOfTwo(share, exponent) - 128, -128, 127);
      }
    }
  };
}

export function logSoftmax(params: LogSoftmaxParams, input: Int8Array, target: Int8Array): Step {
  const { rows, depth, multiplier, shift, minDifference, reverseMultiplier, reverseShift } = params;
  const exps = exponentials(params);
  return () => {
    for (let from = 0; from < rows * depth; from += depth) {
      const maximum = maximumOf(input, from, depth);
      const log = logFromOne(sumOfExponentials(exps, input, { from, depth, maximum }));
      const shifted = multiplyByFixedPoint((log - 2 ** 31) | 0, reverseMultiplier, reverseShift);
      const smallest = Math.max(minDifference - 1, shifted);
      for (let i = from; i < from + depth; i++) {
        const difference = (input[i] as number) - maximum;
        const value = divideByPowerOfTwo(
          multiplyByFixedPoint(difference, multiplier, shift) - log,
          31 - 5 - 4,
        );
        target[i] = difference > smallest ? clamp(value + 127, -128, 127) : -128;
      }
    }
  };
}
