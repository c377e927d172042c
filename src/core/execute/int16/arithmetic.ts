/** Element-wise ops of two int16 values (tflite/kernels/{add,sub,mul,maximum_minimum,comparisons}.cc). */

import type { Activation } from '../../model/options.ts';
import { clamp } from '../../model/rounding.ts';
import type { KnownKind } from '../../model/types.ts';
import { divideByPowerOfTwo, multiplyByFixedPoint } from '../fixed-point.ts';
import type { OpContext } from '../int8/context.ts';
import type { Step } from '../int8/kernels.ts';
import { stretched } from '../int8/ops/broadcast.ts';
import { comparisonPlanners, type Holds } from '../int8/ops/comparisons.ts';
import { inTurn, type Planner } from '../int8/ops/planner.ts';
import { type Int16Value, int16Input, int16Output } from './values.ts';

type Pair = (left: number, right: number) => number;

interface Binary {
  readonly left: Int16Value;
  readonly right: Int16Value;
  readonly output: Int16Value;
}

function binary(context: OpContext): Binary {
  return { left: int16Input(context, 0), right: int16Input(context, 1), output: int16Output(context) };
}

/** `pair` of stored values, clamped to the fused activation's range. */
function planPairs(
  context: OpContext,
  { left, right, output }: Binary,
  activation: Activation,
  pair: Pair,
): Step {
  const { min, max } = context.activationRange(output, activation);
  const { operands, steps } = stretched(context, [left, right], output);
  const [l, r] = operands;
  const compute = (): void => {
    for (let i = 0; i < output.data.length; i++)
      output.data[i] = clamp(pair(l[i] as number, r[i] as number), min, max);
  };
  return inTurn([...steps, compute]);
}

function exponentOf(scale: number): number | undefined {
  const exponent = Math.log2(scale);
  return Number.isInteger(exponent) ? exponent : undefined;
}

/**
 * Scales that are all powers of two: one operand has the output's scale, the other is shifted right to it
 * (reference/add.h, int16). `undefined` where they are not.
 */
function byShifts(context: OpContext, { left, right, output }: Binary, sign: 1 | -1): Pair | undefined {
  const [l, r, o] = [left, right, output].map(({ scale }) => exponentOf(scale));
  if (l === undefined || r === undefined || o === undefined) return undefined;
  if (l > o || r > o || (l !== o && r !== o))
    throw context.invalid('of power-of-two scales, one must be the output’s and the other no greater');
  return (a, b) =>
    clamp(divideByPowerOfTwo(a, o - l) + sign * divideByPowerOfTwo(b, o - r), output.min, output.max);
}

/** Both operands in a common scale, twice the greater of theirs. */
function byRescaling(context: OpContext, { left, right, output }: Binary, sign: 1 | -1): Pair {
  const leftShift = 15;
  const common = 2 * Math.max(left.scale, right.scale);
  const a = context.fixedPoint(left.scale / common);
  const b = context.fixedPoint(right.scale / common);
  const real = common / (2 ** leftShift * output.scale);
  if (sign === 1 && real >= 1) throw context.invalid('the output scale is too small for its inputs');
  const { multiplier, shift } = context.fixedPoint(real);
  return (x, y) => {
    const first = multiplyByFixedPoint(x << leftShift, a.multiplier, a.shift);
    const second = multiplyByFixedPoint(y << leftShift, b.multiplier, b.shift);
    return multiplyByFixedPoint(first + sign * second, multiplier, shift);
  };
}

function planSum(context: OpContext, sign: 1 | -1, activation: Activation): Step {
  const values = binary(context);
  const pair = byShifts(context, values, sign) ?? byRescaling(context, values, sign);
  return planPairs(context, values, activation, pair);
}

const planMul: Planner<'MUL'> = (op, context) => {
  const values = binary(context);
  const { left, right, output } = values;
  const real = Math.fround(Math.fround(left.scale * right.scale) / output.scale);
  const { multiplier, shift } = context.fixedPoint(real);
  return planPairs(context, values, op.options.activation, (a, b) =>
    multiplyByFixedPoint(a * b, multiplier, shift),
  );
};

function planExtreme(context: OpContext, pair: Pair): Step {
  const values = binary(context);
  for (const value of [values.left, values.right]) context.expectSameQuant(value, values.output);
  return planPairs(context, values, 'NONE', pair);
}

/** TensorFlow Lite compares int16 as plain integers, whatever their scales (tflite/kernels/comparisons.cc). */
function planComparison(context: OpContext, holds: Holds): Step {
  const [left, right, output] = [int16Input(context, 0), int16Input(context, 1), context.output()];
  const { data } = output;
  if (output.dtype !== 'bool' || !(data instanceof Uint8Array))
    throw context.invalid(`its output is ${output.dtype}, not bool`);
  const { operands, steps } = stretched(context, [left, right], output);
  const [l, r] = operands;
  const compute = (): void => {
    for (let i = 0; i < data.length; i++) data[i] = holds(l[i] as number, r[i] as number) ? 1 : 0;
  };
  return inTurn([...steps, compute]);
}

export const arithmeticPlanners = {
  ADD: (op, context) => planSum(context, 1, op.options.activation),
  SUB: (op, context) => planSum(context, -1, op.options.activation),
  MUL: planMul,
  MAXIMUM: (_, context) => planExtreme(context, Math.max),
  MINIMUM: (_, context) => planExtreme(context, Math.min),
  ...comparisonPlanners(planComparison),
} satisfies { readonly [K in KnownKind]?: Planner<K> };
