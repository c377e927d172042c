import { clamp, roundHalfAway, roundHalfEven } from '../../../model/rounding.ts';
/**
 * MEAN and SUM: y = clamp(rescale(Σ x − n · z) + z'); REDUCE_MAX and REDUCE_MIN on raw values.
 * Equals tflite/kernels/internal/reference/reduce.h (QuantizedMeanOrSum, ReduceGeneric) as TFLite Micro calls it.
 * LiteRT's SUM is in float32: y = round(Σ x · s/s' − z · s/s' · n) + z' (internal/optimized/reduce.h), and so are MEAN and
 * SUM in XNNPACK (src/operators/reduce-nd.c).
 */

import { multiplyWide } from '../../fixed-point.ts';
import type { FloatSumParams, ProductParams, ReduceParams, SumParams } from '../kernel-params.ts';
import type { Step } from '../kernels.ts';
import { prepareScalarOutput } from './output.ts';
import type { IntegerArray } from './padded-image.ts';

function lowest(values: IntegerArray): number {
  return values instanceof Int8Array ? -128 : -32768;
}

function greatest(values: IntegerArray): number {
  return -1 - lowest(values);
}

function addUp(input: IntegerArray, target: Int32Array, sums: Int32Array): void {
  for (let i = 0; i < input.length; i++) {
    const o = target[i] as number;
    sums[o] = (sums[o] as number) + (input[i] as number);
  }
}

export function sum({ target, offset, output }: SumParams, input: IntegerArray, result: IntegerArray): Step {
  const sums = new Int32Array(result.length);
  const finish = prepareScalarOutput(output);
  return () => {
    sums.fill(-offset);
    addUp(input, target, sums);
    for (let o = 0; o < result.length; o++) result[o] = finish(sums[o] as number);
  };
}

/** From a sum to the output before it is clamped. */
export function floatRescale({ factor, bias, zeroPoint, halves }: FloatSumParams): (sum: number) => number {
  const round = halves === 'even' ? roundHalfEven : roundHalfAway;
  return (sum) => round(Math.fround(Math.fround(sum * factor) + bias)) + zeroPoint;
}

export function sumInFloat(params: FloatSumParams, input: IntegerArray, result: IntegerArray): Step {
  const { target } = params;
  const sums = new Int32Array(result.length);
  const rescale = floatRescale(params);
  return () => {
    sums.fill(0);
    addUp(input, target, sums);
    for (let o = 0; o < result.length; o++) {
      result[o] = clamp(rescale(sums[o] as number), -128, 127);
    }
  };
}

export function reduceMax({ target }: ReduceParams, input: IntegerArray, result: IntegerArray): Step {
  return () => {
    result.fill(lowest(result));
    for (let i = 0; i < input.length; i++) {
      const o = target[i] as number;
      result[o] = Math.max(result[o] as number, input[i] as number);
    }
  };
}

export function reduceMin({ target }: ReduceParams, input: IntegerArray, result: IntegerArray): Step {
  return () => {
    result.fill(greatest(result));
    for (let i = 0; i < input.length; i++) {
      const o = target[i] as number;
      result[o] = Math.min(result[o] as number, input[i] as number);
    }
  };
}

/** REDUCE_PROD: acc = rescale(acc · (x − z)) element by element, and rescaled once more (reference/reduce.h, QuantizedReduceProd). */
export function product(params: ProductParams, input: IntegerArray, result: IntegerArray): Step {
  const { target, inputZeroPoint, outputZeroPoint, multiplier, shift } = params;
  const products = new Int32Array(result.length);
  const started = new Uint8Array(result.length);
  return () => {
    started.fill(0);
    for (let i = 0; i < input.length; i++) {
      const o = target[i] as number;
      const value = (input[i] as number) - inputZeroPoint;
      products[o] =
        started[o] === 0 ? value : multiplyWide((products[o] as number) * value, multiplier, shift);
      started[o] = 1;
    }
    for (let o = 0; o < result.length; o++) {
      const scaled = multiplyWide(products[o] as number, multiplier, shift);
      result[o] = clamp(scaled + outputZeroPoint, lowest(result), greatest(result));
    }
  };
}
