/**
 * Element-wise ops of two float32 or two int32 values, with broadcasting. Results are rounded where they are stored:
 * of two float32, a double's sum, difference, product and quotient round to the float32 that float32 arithmetic gives.
 */

import type { Activation } from '../../model/options.ts';
import { clamp } from '../../model/rounding.ts';
import type { KnownKind } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import type { OpContext, Value } from '../int8/context.ts';
import type { Step } from '../int8/kernels.ts';
import { type Held, stretched } from '../int8/ops/broadcast.ts';
import { comparisonPlanners, type Holds } from '../int8/ops/comparisons.ts';
import { inTurn, type Planner } from '../int8/ops/planner.ts';
import { activationRange } from './values.ts';

type Numbers = Float32Array | Int32Array;
type Pair = (left: number, right: number) => number;

/** What an op does with floats and with integers; the same where integers need no other arithmetic. */
interface PairOp {
  readonly floats: Pair;
  readonly integers: Pair;
}

const both = (pair: Pair): PairOp => ({ floats: pair, integers: pair });

function numbers(context: OpContext, value: Value): Held<Numbers> {
  const { data, dtype } = value;
  if (!(data instanceof Float32Array || data instanceof Int32Array)) throw context.unsupported(`on ${dtype}`);
  return { ...value, data };
}

function operandsOf(context: OpContext): readonly [Held<Numbers>, Held<Numbers>] {
  const [left, right] = [numbers(context, context.input(0)), numbers(context, context.input(1))];
  context.expectDtype(right, left.dtype === 'float16' ? right.dtype : left.dtype);
  return [left, right];
}

function planPairs(context: OpContext, op: PairOp, activation: Activation = 'NONE'): Step {
  const inputs = operandsOf(context);
  const output = numbers(context, context.output());
  if (output.data instanceof Float32Array !== inputs[0].data instanceof Float32Array)
    throw context.invalid(`its output is ${output.dtype} where its inputs are ${inputs[0].dtype}`);
  const { operands, steps } = stretched(context, inputs, output);
  const [left, right] = operands;
  const pair = output.data instanceof Float32Array ? op.floats : op.integers;
  const { min, max } = activationRange(context, activation);
  const compute = (): void => {
    for (let i = 0; i < output.data.length; i++)
      output.data[i] = clamp(pair(left[i] as number, right[i] as number), min, max);
  };
  return inTurn([...steps, compute]);
}

function planComparison(context: OpContext, holds: Holds): Step {
  const output = context.output();
  const { data } = output;
  if (output.dtype !== 'bool' || !(data instanceof Uint8Array))
    throw context.invalid(`its output is ${output.dtype}, not bool`);
  const { operands, steps } = stretched(context, operandsOf(context), output);
  const [left, right] = operands;
  const compare = (): void => {
    for (let i = 0; i < data.length; i++) data[i] = holds(left[i] as number, right[i] as number) ? 1 : 0;
  };
  return inTurn([...steps, compare]);
}

/** An integer quotient, which 0 as divisor stops, as its kernels do. */
function quotient(context: OpContext, round: (x: number) => number): Pair {
  const name = context.describe();
  return (left, right) => {
    if (right === 0) throw new Problem('compute/runtime', `${name} met a division by zero.`);
    return round(left / right);
  };
}

/** The remainder with the divisor's sign (tflite/kernels/floor_mod.cc). */
function floorMod(left: number, right: number): number {
  const rest = left % right;
  return rest !== 0 && right < 0 !== rest < 0 ? rest + right : rest;
}

const squaredDifference: PairOp = {
  floats: (left, right) => Math.fround(left - right) ** 2,
  integers: (left, right) => Math.imul(left - right, left - right),
};

const planDiv: Planner<'DIV'> = (op, context) => {
  const integers = quotient(context, Math.trunc);
  return planPairs(context, { floats: (l, r) => l / r, integers }, op.options.activation);
};

const planFloorDiv: Planner<'FLOOR_DIV'> = (_, context) => {
  const integers = quotient(context, Math.floor);
  return planPairs(context, { floats: (l, r) => Math.floor(Math.fround(l / r)), integers });
};

const planPrelu: Planner<'PRELU'> = (_, context) =>
  planPairs(
    context,
    both((x, alpha) => (x >= 0 ? x : x * alpha)),
  );

export const pairPlanners = {
  ADD: (op, context) =>
    planPairs(
      context,
      both((l, r) => l + r),
      op.options.activation,
    ),
  SUB: (op, context) =>
    planPairs(
      context,
      both((l, r) => l - r),
      op.options.activation,
    ),
  MUL: (op, context) =>
    planPairs(context, { floats: (l, r) => l * r, integers: Math.imul }, op.options.activation),
  DIV: planDiv,
  MAXIMUM: (_, context) => planPairs(context, both(Math.max)),
  MINIMUM: (_, context) => planPairs(context, both(Math.min)),
  SQUARED_DIFFERENCE: (_, context) => planPairs(context, squaredDifference),
  POW: (_, context) =>
    planPairs(
      context,
      both((l, r) => l ** r),
    ),
  FLOOR_DIV: planFloorDiv,
  FLOOR_MOD: (_, context) => planPairs(context, both(floorMod)),
  PRELU: planPrelu,
  ...comparisonPlanners(planComparison),
} satisfies { readonly [K in KnownKind]?: Planner<K> };
