/**
 * SOFTMAX of int16 values: exp over [−10, 0] and 1 / (1 + x) over [0, 1] are interpolated tables, Q0.15
 * (tflite/kernels/internal/reference/softmax.h, SoftmaxInt16, and tflite/kernels/activations.cc).
 */
import { clamp } from '../../model/rounding.ts';
import { multiplyByFixedPoint } from '../fixed-point.ts';
import { rowsOf } from '../int8/ops/normalize.ts';
import type { Planner } from '../int8/ops/planner.ts';
import { interpolate, interpolatedTable } from './interpolated-table.ts';
import { int16Input, int16Output } from './values.ts';

const RANGE = 65535;
const asIs = (x: number): number => x;
const unit = { scale: 2 / RANGE, zeroPoint: 0 };

function expTable(): Int16Array {
  const input = { scale: 10 / RANGE, zeroPoint: 32767 };
  return interpolatedTable(Math.exp, { input, output: unit, round: asIs });
}

function reciprocalTable(): Int16Array {
  const input = { scale: 1 / RANGE, zeroPoint: -32768 };
  return interpolatedTable((x) => 1 / (1 + x), { input, output: unit, round: asIs });
}

function saturate(x: number): number {
  return clamp(x, -32768, 32767);
}

/** One row, whose exponentials and then shares go to `target`. */
function normalize(exps: Int16Array, reciprocals: Int16Array, target: Int16Array): void {
  let sum = 0;
  for (const exp of exps) sum += exp;
  const headroom = Math.clz32(sum);
  // 1 + x with x in [0, 1), Q0.16, and then x as the table takes it.
  const shifted = Math.floor((sum * 2 ** (headroom - 1) + 2 ** 13) / 2 ** 14);
  const inverse = interpolate(reciprocals, saturate(shifted - (2 ** 15 + 2 ** 16)));
  const shift = 31 - headroom;
  for (let i = 0; i < exps.length; i++) {
    const share = Math.floor(((exps[i] as number) * inverse + 2 ** (shift - 1)) / 2 ** shift);
    target[i] = clamp(share, 0, 32767);
  }
}

export const planSoftmax: Planner<'SOFTMAX'> = (op, context) => {
  const [input, output] = [int16Input(context, 0), int16Output(context)];
  context.expectOutput(output, 1 / 32768, 0);
  const { rows, depth } = rowsOf(context, input, output);
  // The product with beta is float32, the quotient float64.
  const real = Math.fround(input.scale * Math.fround(op.options.beta)) / (10 / RANGE);
  const { multiplier, shift } = context.fixedPoint(real);
  const [exp, reciprocals] = [expTable(), reciprocalTable()];
  const exps = new Int16Array(depth);
  return () => {
    for (let row = 0; row < rows; row++) {
      const values = input.data.subarray(row * depth, (row + 1) * depth);
      const maximum = values.reduce((a, b) => Math.max(a, b), -32768);
      for (let i = 0; i < depth; i++) {
        const difference = multiplyByFixedPoint((values[i] as number) - maximum, multiplier, shift);
        exps[i] = interpolate(exp, saturate(difference + 32767));
      }
      normalize(exps, reciprocals, output.data.subarray(row * depth, (row + 1) * depth));
    }
  };
};
