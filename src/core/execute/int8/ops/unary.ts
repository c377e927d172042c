/**
 * Functions of one int8 value. Whatever their arithmetic, there are 256 inputs: the formula runs once for each while
 * planning, and the kernel only looks up.
 */
import type { Activation } from '../../../model/options.ts';
import { clamp, roundHalfAway } from '../../../model/rounding.ts';
import type { KnownKind } from '../../../model/types.ts';
import { divideByPowerOfTwo, frexp, multiplyByFixedPoint } from '../../fixed-point.ts';
import { fixedPointLogistic, fixedPointTanh, inverseSquareRoot } from '../../fixed-point-functions.ts';
import type { Int8Value, OpContext } from '../context.ts';
import type { Step } from '../kernels.ts';
import { tableOf } from './convert.ts';
import { geluByErf, geluByTanh, logistic } from './float-functions.ts';
import { guard } from './guard.ts';
import { hardSwish } from './hard-swish.ts';
import { inTurn, type Planner } from './planner.ts';
import { eightBitRescale, tableEntry } from './xnnpack.ts';

/** The stored output for a stored input. */
type Entry = (value: number) => number;

interface Unary {
  readonly input: Int8Value;
  readonly output: Int8Value;
}

function unary(context: OpContext): Unary {
  const [input, output] = [context.int8Input(0), context.int8Output()];
  context.expectShape(output, input.shape);
  return { input, output };
}

function planEntries(context: OpContext, { input, output }: Unary, entry: Entry): Step {
  return context.kernels.lookup(tableOf(input, output, entry), input.data, output.data);
}

/** A function of real numbers that XNNPACK takes, else as `planReal`. */
function planDelegated(context: OpContext, values: Unary, f: (x: number) => number): Step {
  if (context.arithmetic !== 'xnnpack') return planReal(context, values, f);
  return planEntries(context, values, tableEntry(values, f));
}

/** A function of real numbers in float32 (LUTPopulate of tflite/kernels/internal/common.h). */
function planReal(context: OpContext, values: Unary, f: (x: number) => number): Step {
  const { input, output } = values;
  const inverse = Math.fround(1 / output.scale);
  return planEntries(context, values, (value) => {
    const result = Math.fround(f(Math.fround(input.scale * (value - input.zeroPoint))));
    return roundHalfAway(Math.fround(result * inverse)) + output.zeroPoint;
  });
}

/** RELU and its kin: rescaled, then clamped like fused activations (tflite/kernels/activations.cc). */
function planRelu(context: OpContext, lower: Activation, upper: Activation): Step {
  const values = unary(context);
  const { input, output } = values;
  const { multiplier, shift } = context.fixedPoint(Math.fround(input.scale / output.scale));
  const { min } = context.activationRange(output, lower);
  const { max } = context.activationRange(output, upper);
  return planEntries(context, values, (value) =>
    clamp(output.zeroPoint + multiplyByFixedPoint(value - input.zeroPoint, multiplier, shift), min, max),
  );
}

const planLeakyRelu: Planner<'LEAKY_RELU'> = (op, context) => {
  const values = unary(context);
  const { input, output } = values;
  const alpha = Math.fround(op.options.alpha);
  const entry = eightBitRescale(context, values, alpha);
  if (entry !== undefined) return planEntries(context, values, entry);
  const positive = context.fixedPoint(Math.fround(input.scale / output.scale));
  const negative = context.fixedPoint(Math.fround(Math.fround(input.scale * alpha) / output.scale));
  return planEntries(context, values, (value) => {
    const difference = value - input.zeroPoint;
    const { multiplier, shift } = difference >= 0 ? positive : negative;
    return output.zeroPoint + multiplyByFixedPoint(difference, multiplier, shift);
  });
};

/** LOGISTIC and TANH in fixed point with four integer bits (tflite/micro/kernels/{logistic_common,tanh}.cc). */
function planFixedPoint(context: OpContext, values: Unary, f: (x: number) => number): Step {
  const { input } = values;
  const integerBits = 4;
  const { fraction, exponent } = frexp(input.scale * 2 ** (31 - integerBits));
  const multiplier = roundHalfAway(fraction * 2 ** 31);
  const radius = Math.floor(((2 ** integerBits - 1) * 2 ** (31 - integerBits)) / 2 ** exponent);
  return planEntries(context, values, (value) => {
    const difference = value - input.zeroPoint;
    if (difference <= -radius) return -128;
    if (difference >= radius) return 127;
    return f(multiplyByFixedPoint(difference, multiplier, exponent));
  });
}

const planLogistic: Planner<'LOGISTIC'> = (_, context) => {
  const values = unary(context);
  context.expectOutput(values.output, 1 / 256, -128);
  if (context.arithmetic !== 'tflm') return planDelegated(context, values, logistic);
  return planFixedPoint(context, values, (a) => divideByPowerOfTwo(fixedPointLogistic(a, 4), 23) - 128);
};

const planTanh: Planner<'TANH'> = (_, context) => {
  const values = unary(context);
  context.expectOutput(values.output, 1 / 128, 0);
  if (context.arithmetic !== 'tflm') return planDelegated(context, values, Math.tanh);
  return planFixedPoint(context, values, (a) => divideByPowerOfTwo(fixedPointTanh(a, 4), 24));
};

const planLog: Planner<'LOG'> = (_, context) => {
  const values = unary(context);
  const { output } = values;
  const least = (output.min - output.zeroPoint) * output.scale;
  return planReal(context, values, (x) => (x > 0 ? Math.log(x) : least));
};

const planAbs: Planner<'ABS'> = (_, context) => {
  const values = unary(context);
  const { input, output } = values;
  const { multiplier, shift } = context.fixedPoint(Math.fround(input.scale / output.scale));
  return planEntries(
    context,
    values,
    (value) => output.zeroPoint + multiplyByFixedPoint(Math.abs(value - input.zeroPoint), multiplier, shift),
  );
};

/** Stored values change their sign, whatever they mean; −128 stays (tflite/kernels/neg.cc). */
const planNeg: Planner<'NEG'> = (_, context) =>
  planEntries(context, unary(context), (value) => (value === -128 ? value : -value));

/** Roots refuse negative numbers at run time, as their kernels do. */
function planRoot(context: OpContext, values: Unary, root: Entry): Step {
  const { input } = values;
  const check = guard(context, input, {
    allowed: (value) => value >= input.zeroPoint,
    what: 'a negative number',
  });
  return inTurn([
    check,
    planEntries(context, values, (value) => (value < input.zeroPoint ? 0 : root(value))),
  ]);
}

/** The quotient is truncated, not rounded (tflite/kernels/elementwise.cc). */
const planSqrt: Planner<'SQRT'> = (_, context) => {
  const values = unary(context);
  const { input, output } = values;
  return planRoot(context, values, (value) => {
    const root = Math.fround(Math.sqrt(Math.fround(input.scale * (value - input.zeroPoint))));
    return Math.trunc(Math.fround(root / output.scale)) + output.zeroPoint;
  });
};

const planRsqrt: Planner<'RSQRT'> = (_, context) => {
  const values = unary(context);
  const { input, output } = values;
  const kept = 20;
  const rescale = context.fixedPoint(1 / Math.fround(Math.fround(Math.sqrt(input.scale)) * output.scale));
  return planRoot(context, values, (value) => {
    const difference = value - input.zeroPoint;
    if (difference === 0) return output.max;
    const inverse = inverseSquareRoot(difference);
    const root = multiplyByFixedPoint(1, inverse.multiplier, inverse.shift + kept);
    return multiplyByFixedPoint(root, rescale.multiplier, rescale.shift - kept) + output.zeroPoint;
  });
};

const planHardSwish: Planner<'HARD_SWISH'> = (_, context) => {
  const values = unary(context);
  return planEntries(context, values, hardSwish(context, values.input, values.output));
};

export const unaryPlanners = {
  RELU: (_, context) => planRelu(context, 'RELU', 'RELU'),
  RELU6: (_, context) => planRelu(context, 'RELU6', 'RELU6'),
  RELU_N1_TO_1: (_, context) => planRelu(context, 'RELU_N1_TO_1', 'RELU_N1_TO_1'),
  RELU_0_TO_1: (_, context) => planRelu(context, 'RELU', 'RELU_N1_TO_1'),
  LEAKY_RELU: planLeakyRelu,
  HARD_SWISH: planHardSwish,
  LOGISTIC: planLogistic,
  TANH: planTanh,
  GELU: (op, context) => planReal(context, unary(context), op.options.approximate ? geluByTanh : geluByErf),
  EXP: (_, context) => planReal(context, unary(context), Math.exp),
  ELU: (_, context) => planDelegated(context, unary(context), (x) => (x < 0 ? Math.expm1(x) : x)),
  LOG: planLog,
  ABS: planAbs,
  NEG: planNeg,
  SQRT: planSqrt,
  RSQRT: planRsqrt,
} satisfies { readonly [K in KnownKind]?: Planner<K> };
