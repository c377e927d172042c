import { clamp } from '../../../model/rounding.ts';
import type { KnownKind } from '../../../model/types.ts';
import { divideByPowerOfTwo, doublingHighMultiply, multiplyByFixedPoint } from '../../fixed-point.ts';
import { reciprocal } from '../../fixed-point-functions.ts';
import type { Int8Value, OpContext, Value } from '../context.ts';
import type { Step } from '../kernels.ts';
import { stretched } from './broadcast.ts';
/**
 * Functions of two int8 values without a kernel of their own: their 65,536 results are computed while planning.
 */
import { comparisonPlanners, type Holds } from './comparisons.ts';
import { guard } from './guard.ts';
import { inTurn, type Planner } from './planner.ts';

type Pair = (left: number, right: number) => number;

function fill<T extends Int8Array | Uint8Array>(table: T, pair: Pair): T {
  for (let l = -128; l <= 127; l++) {
    for (let r = -128; r <= 127; r++) table[((l & 255) << 8) | (r & 255)] = pair(l, r);
  }
  return table;
}

export function planPairs(context: OpContext, pair: Pair): Step {
  const output = context.int8Output();
  const table = fill(new Int8Array(65536), (l, r) => clamp(pair(l, r), output.min, output.max));
  const { operands, steps } = stretched(context, [context.int8Input(0), context.int8Input(1)], output);
  return inTurn([...steps, context.kernels.lookupPair(table, operands, output.data)]);
}

/** Raw values are compared, so all three tensors share their parameters. */
function planExtreme(context: OpContext, pair: Pair): Step {
  const output = context.int8Output();
  for (const position of [0, 1]) context.expectSameQuant(context.int8Input(position), output);
  return planPairs(context, pair);
}

/** The values of one operand, scaled and shifted so that they can be compared or subtracted. */
function scaledBy(
  context: OpContext,
  value: Int8Value,
  { real, leftShift }: { real: number; leftShift: number },
) {
  const { multiplier, shift } = context.fixedPoint(real);
  return (raw: number): number =>
    multiplyByFixedPoint((raw - value.zeroPoint) << leftShift, multiplier, shift);
}

const planSquaredDifference: Planner<'SQUARED_DIFFERENCE'> = (_, context) => {
  const [left, right, output] = [context.int8Input(0), context.int8Input(1), context.int8Output()];
  const leftShift = 7;
  const common = 2 * Math.max(left.scale, right.scale);
  const a = scaledBy(context, left, { real: left.scale / common, leftShift });
  const b = scaledBy(context, right, { real: right.scale / common, leftShift });
  const { multiplier, shift } = context.fixedPoint((common * common) / (2 ** (2 * leftShift) * output.scale));
  return planPairs(
    context,
    (l, r) => multiplyByFixedPoint((a(l) - b(r)) ** 2, multiplier, shift) + output.zeroPoint,
  );
};

/** EQUAL, GREATER and their kin: the scale itself is the multiplier (tflite/kernels/comparisons.cc). */
function planComparison(context: OpContext, holds: Holds): Step {
  const [left, right] = [context.int8Input(0), context.int8Input(1)];
  const output: Value = context.output();
  const { data } = output;
  if (output.dtype !== 'bool' || !(data instanceof Uint8Array))
    throw context.invalid(`its output is ${output.dtype}, not bool`);
  const leftShift = 8;
  const a = scaledBy(context, left, { real: left.scale, leftShift });
  const b = scaledBy(context, right, { real: right.scale, leftShift });
  const table = fill(new Uint8Array(65536), (l, r) => (holds(a(l), b(r)) ? 1 : 0));
  const { operands, steps } = stretched(context, [left, right], output);
  return inTurn([...steps, context.kernels.lookupPair(table, operands, data)]);
}

const planPrelu: Planner<'PRELU'> = (_, context) => {
  const [input, alpha, output] = [context.int8Input(0), context.int8Input(1), context.int8Output()];
  const positive = context.fixedPoint(Math.fround(input.scale / output.scale));
  const negative = context.fixedPoint(Math.fround(Math.fround(input.scale * alpha.scale) / output.scale));
  return planPairs(context, (value, slope) => {
    const difference = value - input.zeroPoint;
    const scaled =
      difference >= 0
        ? multiplyByFixedPoint(difference, positive.multiplier, positive.shift)
        : multiplyByFixedPoint(difference * (slope - alpha.zeroPoint), negative.multiplier, negative.shift);
    return scaled + output.zeroPoint;
  });
};

/**
 * gemmlowp's RoundingDivideByPOT beyond the shift of 31 that it allows, and that DIV exceeds where a quotient is far
 * below one step: shifts of 32 bits count modulo 32, its mask of 64 modulo 64, as x86, AArch64 and WebAssembly have it.
 * So 0 / d may come out as one step.
 */
function divideByAnyPower(x: number, exponent: number): number {
  if (exponent <= 31) return divideByPowerOfTwo(x, exponent);
  const mask = exponent % 64 >= 32 ? -1 : 2 ** (exponent % 64) - 1;
  const threshold = (mask >> 1) + (x >>> 31);
  return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
}

/** n / d by a reciprocal in fixed point (tflite/kernels/internal/reference/div.h). */
const planDiv: Planner<'DIV'> = (op, context) => {
  const [left, right, output] = [context.int8Input(0), context.int8Input(1), context.int8Output()];
  const rescale = context.fixedPoint(Math.fround(left.scale / Math.fround(right.scale * output.scale)));
  const { min, max } = context.activationRange(output, op.options.activation);
  const check = guard(context, right, {
    allowed: (value) => value !== right.zeroPoint,
    what: 'a division by zero',
  });
  const divided = planPairs(context, (l, r) => {
    const divisor = r - right.zeroPoint;
    if (divisor === 0) return 0;
    const dividend = (l - left.zeroPoint) * Math.sign(divisor);
    const inverse = reciprocal(Math.abs(divisor), 31);
    const headroom = Math.clz32(dividend < 0 ? ~dividend : dividend) - 1;
    const quotient = multiplyByFixedPoint(dividend, inverse.value, headroom);
    const shift = rescale.shift - inverse.bits - headroom;
    const scaled = doublingHighMultiply(quotient, rescale.multiplier);
    const value = shift > 0 ? scaled * 2 ** shift : divideByAnyPower(scaled, -shift);
    return clamp(value + output.zeroPoint, min, max);
  });
  return inTurn([check, divided]);
};

export const pairPlanners = {
  MAXIMUM: (_, context) => planExtreme(context, Math.max),
  MINIMUM: (_, context) => planExtreme(context, Math.min),
  SQUARED_DIFFERENCE: planSquaredDifference,
  PRELU: planPrelu,
  DIV: planDiv,
  ...comparisonPlanners(planComparison),
} satisfies { readonly [K in KnownKind]?: Planner<K> };
