/**
 * gemmlowp's arithmetic and functions on int16 raw values (fixedpoint/fixedpoint.h, FixedPoint<int16_t, n>), which recurrent
 * kernels use. "Qn" has n integer bits and 15 − n fractional bits. The constants are those of the int32 functions,
 * rounded to 16 bits, as gemmlowp derives them.
 */
import { clamp } from '../model/rounding.ts';
import { divideByPowerOfTwo, halfSum } from './fixed-point.ts';
import { EXP_OF_POWERS } from './fixed-point-functions.ts';

export const INT16_MAX = 2 ** 15 - 1;
export const INT16_MIN = -(2 ** 15);

export function saturateInt16(x: number): number {
  return clamp(x, INT16_MIN, INT16_MAX);
}

/** SaturatingRoundingDoublingHighMul for int16: a·b / 2^15, nearest, ties towards +∞. */
export function doublingHighMultiply16(a: number, b: number): number {
  return saturateInt16((a * b + 2 ** 14) >> 15);
}

const times = doublingHighMultiply16;

function wrap(x: number): number {
  return (x << 16) >> 16;
}

function shifted(x: number, exponent: number): number {
  return saturateInt16(x * 2 ** exponent);
}

/** A constant of the int32 functions in 16 bits. */
function narrow(constant: number): number {
  return divideByPowerOfTwo(constant, 16);
}

/** exp(a) for a in [−1/4, 0), Q0 to Q0. */
function expOnInterval(a: number): number {
  const expMinusEighth = narrow(1895147668);
  const oneThird = narrow(715827883);
  const x = wrap(a + 2 ** 12);
  const x2 = times(x, x);
  const x3 = times(x2, x);
  const x4 = times(x2, x2);
  const tail = divideByPowerOfTwo(wrap(times(wrap(divideByPowerOfTwo(x4, 2) + x3), oneThird) + x2), 1);
  return saturateInt16(expMinusEighth + times(expMinusEighth, wrap(x + tail)));
}

/** exp(a) for a ≤ 0 in Q`integerBits`, as Q0. */
function expOfNegative(a: number, integerBits: number): number {
  if (a === 0) return INT16_MAX;
  const fractionalBits = 15 - integerBits;
  const quarter = 2 ** (fractionalBits - 2);
  const modulo = (a & (quarter - 1)) - quarter;
  const remainder = modulo - a;
  let result = expOnInterval(shifted(modulo, integerBits));
  for (const [exponent, factor] of EXP_OF_POWERS) {
    if (integerBits > exponent && (remainder & (1 << (fractionalBits + exponent))) !== 0)
      result = times(result, narrow(factor));
  }
  return integerBits > 5 && a < -(2 ** (20 - integerBits)) ? 0 : result;
}

/** Newton–Raphson for 2 / (1 + a), a in [0, 1) in Q0; a Q2. */
function reciprocalOfHalf(a: number): number {
  const half = halfSum(a, INT16_MAX);
  let x = wrap(narrow(1515870810) + times(half, narrow(-1010580540)));
  for (let i = 0; i < 3; i++) x = wrap(x + shifted(times(x, wrap(2 ** 13 - times(half, x))), 2));
  return x;
}

/** logistic: 1 / (1 + exp(−a)), Q`integerBits` to Q0. */
export function logistic16(a: number, integerBits: number): number {
  if (a === 0) return 2 ** 14;
  const result = shifted(reciprocalOfHalf(expOfNegative(a > 0 ? wrap(-a) : a, integerBits)), 1);
  return a > 0 ? result : INT16_MAX - result;
}

/** tanh, Q`integerBits` to Q0. */
export function tanh16(a: number, integerBits: number): number {
  if (a === 0) return 0;
  const exp = expOfNegative(a < 0 ? a : wrap(-a), integerBits + 1);
  const result = shifted(wrap(reciprocalOfHalf(exp) - 2 ** 13), 2);
  return a < 0 ? -result : result;
}
