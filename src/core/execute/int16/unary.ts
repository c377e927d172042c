/** Functions of one int16 value (tflite/kernels/{activations,elementwise,exp}.cc). */
import type { Activation } from '../../model/options.ts';
import { clamp } from '../../model/rounding.ts';
import type { KnownKind } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import { multiplyByFixedPoint } from '../fixed-point.ts';
import type { OpContext } from '../int8/context.ts';
import type { Step } from '../int8/kernels.ts';
import { geluByErf, geluByTanh } from '../int8/ops/float-functions.ts';
import { inTurn, type Planner } from '../int8/ops/planner.ts';
import { interpolate, interpolatedTable } from './interpolated-table.ts';
import { fixedPointLogistic, fixedPointTanh } from './logistic.ts';
import { type Int16Value, int16Input, int16Output } from './values.ts';

/** The stored output for a stored input. */
type Entry = (value: number) => number;

interface Unary {
  readonly input: Int16Value;
  readonly output: Int16Value;
}

function unary(context: OpContext): Unary {
  const [input, output] = [int16Input(context, 0), int16Output(context)];
  context.expectShape(output, input.shape);
  return { input, output };
}

function planEntries({ input, output }: Unary, entry: Entry): Step {
  return () => {
    for (let i = 0; i < output.data.length; i++)
      output.data[i] = clamp(entry(input.data[i] as number), output.min, output.max);
  };
}

/** A function of real numbers, in float32, as a table with straight lines between its entries. */
function planReal(values: Unary, f: (x: number) => number): Step {
  const table = interpolatedTable(f, { ...values, round: Math.fround });
  return planEntries(values, (value) => interpolate(table, value));
}

/** RELU and its kin: rescaled, then clamped like fused activations. */
function planRelu(context: OpContext, lower: Activation, upper: Activation): Step {
  const values = unary(context);
  const { input, output } = values;
  const { multiplier, shift } = context.fixedPoint(Math.fround(input.scale / output.scale));
  const { min } = context.activationRange(output, lower);
  const { max } = context.activationRange(output, upper);
  return planEntries(values, (value) => clamp(multiplyByFixedPoint(value, multiplier, shift), min, max));
}

const planLeakyRelu: Planner<'LEAKY_RELU'> = (op, context) => {
  const values = unary(context);
  const { input, output } = values;
  const positive = context.fixedPoint(Math.fround(input.scale / output.scale));
  const alpha = Math.fround(op.options.alpha);
  const negative = context.fixedPoint(Math.fround(Math.fround(input.scale * alpha) / output.scale));
  return planEntries(values, (value) => {
    const { multiplier, shift } = value >= 0 ? positive : negative;
    return multiplyByFixedPoint(value, multiplier, shift);
  });
};

const planAbs: Planner<'ABS'> = (_, context) => {
  const values = unary(context);
  const { input, output } = values;
  if (input.scale === output.scale) return planEntries(values, Math.abs);
  const { multiplier, shift } = context.fixedPoint(Math.fround(input.scale / output.scale));
  return planEntries(values, (value) => multiplyByFixedPoint(Math.abs(value), multiplier, shift));
};

const planLogistic: Planner<'LOGISTIC'> = (_, context) => {
  const values = unary(context);
  context.expectOutput(values.output, 2 ** -15, 0);
  return planEntries(values, fixedPointLogistic(values.input.scale));
};

const planTanh: Planner<'TANH'> = (_, context) => {
  const values = unary(context);
  context.expectOutput(values.output, 2 ** -15, 0);
  return planEntries(values, fixedPointTanh(values.input.scale));
};

const planLog: Planner<'LOG'> = (_, context) => {
  const values = unary(context);
  const least = Math.fround(values.output.min * values.output.scale);
  return planReal(values, (x) => (x > 0 ? Math.log(x) : least));
};

/** Roots refuse negative numbers at run time, as their kernels do. */
function planRoot(context: OpContext, { input }: Unary, root: Step): Step {
  const name = context.describe();
  const check = (): void => {
    if (input.data.some((value) => value < 0))
      throw new Problem('compute/runtime', `${name} met a negative number in "${input.name}".`, {
        tensor: input.id,
      });
  };
  return inTurn([check, root]);
}

/** In float32 value by value, without a table; the quotient is truncated, not rounded (SqrtEvalQuantized). */
const planSqrt: Planner<'SQRT'> = (_, context) => {
  const values = unary(context);
  const { input, output } = values;
  const root = (value: number): number => {
    const real = Math.fround(Math.sqrt(Math.fround(input.scale * value)));
    return Math.trunc(Math.fround(real / output.scale));
  };
  return planRoot(context, values, planEntries(values, root));
};

/** 0 becomes the greatest output. */
const planRsqrt: Planner<'RSQRT'> = (_, context) => {
  const values = unary(context);
  const { output } = values;
  const greatest = Math.fround(output.max * output.scale);
  const root = (x: number): number => (x <= 0 ? greatest : 1 / Math.fround(Math.sqrt(x)));
  return planRoot(context, values, planReal(values, root));
};

export const unaryPlanners = {
  RELU: (_, context) => planRelu(context, 'RELU', 'RELU'),
  RELU6: (_, context) => planRelu(context, 'RELU6', 'RELU6'),
  LEAKY_RELU: planLeakyRelu,
  ABS: planAbs,
  LOGISTIC: planLogistic,
  TANH: planTanh,
  GELU: (op, context) => planReal(unary(context), op.options.approximate ? geluByTanh : geluByErf),
  EXP: (_, context) => planReal(unary(context), Math.exp),
  LOG: planLog,
  SQRT: planSqrt,
  RSQRT: planRsqrt,
} satisfies { readonly [K in KnownKind]?: Planner<K> };
