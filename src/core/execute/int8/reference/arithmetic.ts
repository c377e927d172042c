/**
 * ADD and SUB:  y = clamp(rescale(A ± B) + z), A = MBQM((a − za) << leftShift), B likewise.
 * MUL:          y = clamp(rescale((a − za) · (b − zb)) + z).
 * Equals tflite/kernels/internal/reference/{add,sub}.h and integer_ops/{add,mul}.h; weighted sums XNNPACK's src/qs8-vadd.
 */

import { clamp } from '../../../model/rounding.ts';
import { multiplyByFixedPoint } from '../../fixed-point.ts';
import type { AddParams, MultiplyParams, Operand, WeightedSumParams } from '../kernel-params.ts';
import type { Operands, Step } from '../kernels.ts';
import { prepareScalarOutput } from './output.ts';

/** A and B have one value for each of the 256 inputs; indexed by the input's byte. */
function scaledValues({ zeroPoint, multiplier, shift }: Operand, leftShift: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) =>
    multiplyByFixedPoint((((byte << 24) >> 24) - zeroPoint) << leftShift, multiplier, shift),
  );
}

export function add(params: AddParams, [left, right]: Operands<Int8Array>, target: Int8Array): Step {
  const leftValues = scaledValues(params.left, params.leftShift);
  const rightValues = scaledValues(params.right, params.leftShift).map((value) => params.sign * value);
  const finish = prepareScalarOutput(params.output);
  return () => {
    for (let i = 0; i < target.length; i++) {
      const l = leftValues[(left[i] as number) & 255] as number;
      const r = rightValues[(right[i] as number) & 255] as number;
      target[i] = finish(l + r);
    }
  };
}

export function weightedSum(
  { left: l, right: r, shift, zeroPoint, min, max }: WeightedSumParams,
  [left, right]: Operands<Int8Array>,
  target: Int8Array,
): Step {
  const half = 2 ** (shift - 1);
  return () => {
    for (let i = 0; i < target.length; i++) {
      const a = ((left[i] as number) - l.zeroPoint) * l.multiplier;
      const b = ((right[i] as number) - r.zeroPoint) * r.multiplier;
      target[i] = clamp(((a + b + half) >> shift) + zeroPoint, min, max);
    }
  };
}

export function multiply(
  params: MultiplyParams,
  [left, right]: Operands<Int8Array>,
  target: Int8Array,
): Step {
  const { leftZeroPoint, rightZeroPoint } = params;
  const finish = prepareScalarOutput(params.output);
  return () => {
    for (let i = 0; i < target.length; i++) {
      target[i] = finish(((left[i] as number) - leftZeroPoint) * ((right[i] as number) - rightZeroPoint));
    }
  };
}
