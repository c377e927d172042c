import { clamp } from '../model/rounding.ts';
/**
 * gemmlowp's functions of fixed-point numbers (fixedpoint/fixedpoint.h) and TensorFlow Lite's inverse square root and
 * logarithm. "Qn" is an int32 with n integer bits and 31 − n fractional bits; the product of Qm and Qn is their
 * `doublingHighMultiply`, a Q(m+n). Every literal is a real number in the Q format that its line works in.
 */
import {
  divideByPowerOfTwo,
  doublingHighMultiply,
  halfSum,
  INT32_MAX,
  INT32_MIN,
  saturatingShiftLeft,
} from './fixed-point.ts';

const times = doublingHighMultiply;

/** exp(a) for a in [−1/4, 0), Q0 to Q0: Taylor series around −1/8. */
function expOnInterval(a: number): number {
  const expMinusEighth = 1895147668;
  const oneThird = 715827883;
  const x = a + 2 ** 28;
  const x2 = times(x, x);
  const x3 = times(x2, x);
  const x4 = times(x2, x2);
  const tail = divideByPowerOfTwo(times(divideByPowerOfTwo(x4, 2) + x3, oneThird) + x2, 1);
  return expMinusEighth + times(expMinusEighth, x + tail);
}

/** exp(−2^exponent) in Q0 of 32 bits, for each bit that an argument may have above 1/4. */
export const EXP_OF_POWERS: readonly (readonly [exponent: number, factor: number])[] = [
  [-2, 1672461947],
  [-1, 1302514674],
  [0, 790015084],
  [1, 290630308],
  [2, 39332535],
  [3, 720401],
  [4, 242],
];

/** exp_on_negative_values: exp(a) for a ≤ 0 in Q`integerBits`, as Q0. */
export function expOfNegative(a: number, integerBits: number): number {
  if (a === 0) return INT32_MAX;
  const fractionalBits = 31 - integerBits;
  const quarter = 2 ** (fractionalBits - 2);
  const modulo = (a & (quarter - 1)) - quarter;
  const remainder = modulo - a;
  let result = expOnInterval(saturatingShiftLeft(modulo, integerBits));
  for (const [exponent, factor] of EXP_OF_POWERS) {
    if (integerBits > exponent && (remainder & (1 << (fractionalBits + exponent))) !== 0)
      result = times(result, factor);
  }
  return integerBits > 5 && a < -(2 ** (36 - integerBits)) ? 0 : result;
}

/** Newton–Raphson for 2 / (1 + a), a in [0, 1) in Q0; the result is a Q2 of 1 / ((1 + a) / 2). */
function reciprocalOfHalf(a: number): number {
  const half = halfSum(a, INT32_MAX);
  let x = 1515870810 + times(half, -1010580540);
  for (let i = 0; i < 3; i++) x += saturatingShiftLeft(times(x, 2 ** 29 - times(half, x)), 2);
  return x;
}

/** one_over_one_plus_x_for_x_in_0_1: 1 / (1 + a), Q0 to Q0. */
export function oneOverOnePlus(a: number): number {
  return saturatingShiftLeft(reciprocalOfHalf(a), 1);
}

/** one_minus_x_over_one_plus_x_for_x_in_0_1: (1 − a) / (1 + a), Q0 to Q0. */
function oneMinusOverOnePlus(a: number): number {
  return saturatingShiftLeft(reciprocalOfHalf(a) - 2 ** 29, 2);
}

/** logistic: 1 / (1 + exp(−a)), Q`integerBits` to Q0. */
export function fixedPointLogistic(a: number, integerBits: number): number {
  if (a === 0) return 2 ** 30;
  const result = oneOverOnePlus(expOfNegative(-Math.abs(a), integerBits));
  return a > 0 ? result : INT32_MAX - result;
}

/** tanh, Q`integerBits` to Q0. */
export function fixedPointTanh(a: number, integerBits: number): number {
  if (a === 0) return 0;
  const result = oneMinusOverOnePlus(expOfNegative(-Math.abs(a), integerBits + 1));
  return a > 0 ? result : -result;
}

/** GetReciprocal: 1 / x for x > 0 with `integerBits` integer bits, as Q0 value · 2^−bits. */
export function reciprocal(
  x: number,
  integerBits: number,
): { readonly value: number; readonly bits: number } {
  const headroom = Math.clz32(x);
  return { value: oneOverOnePlus((x * 2 ** headroom - 2 ** 31) | 0), bits: integerBits - headroom };
}

/** GetInvSqrtQuantizedMultiplierExp with reverse_shift −1: 1 / sqrt(n) for n ≥ 0 as multiplier · 2^(shift − 31). */
export function inverseSquareRoot(n: number): { readonly multiplier: number; readonly shift: number } {
  if (n <= 1) return { multiplier: INT32_MAX, shift: 0 };
  let value = n;
  let shift = 11;
  while (value >= 2 ** 29) {
    value = Math.trunc(value / 4);
    shift++;
  }
  const pairs = Math.trunc((Math.clz32(value) - 1) / 2) - 1;
  shift -= pairs;
  value <<= 2 * pairs;
  const half = divideByPowerOfTwo(value >> 1, 1);
  const threeHalves = 2 ** 28 + 2 ** 27;
  let x = 2 ** 28;
  for (let i = 0; i < 5; i++) {
    const cube = saturatingShiftLeft(times(times(x, x), x), 6);
    x = saturatingShiftLeft((times(threeHalves, x) - times(half, cube)) | 0, 3);
  }
  const halfSqrtOfTwo = 1518500250;
  x = times(x, halfSqrtOfTwo);
  return shift < 0 ? { multiplier: x << -shift, shift: 0 } : { multiplier: x, shift: -shift };
}

function saturate(x: number): number {
  return clamp(x, INT32_MIN, INT32_MAX);
}

/** log_x_for_x_greater_than_or_equal_to_1: log(a) for a ≥ 1, Q12 to Q5. */
export function logFromOne(a: number): number {
  const fourthRootOfHalf = 1805811301;
  const halfSqrtOfTwo = 1518500250;
  const logOfTwo = 1488522236;
  const quarterQ6 = divideByPowerOfTwo(536870912, 6);
  const headroom = Math.clz32(a);
  const ra = saturatingShiftLeft(times((a << (headroom - 1)) | 0, halfSqrtOfTwo), 1);
  const za = saturate((12 - headroom) * 2 ** 25 + quarterQ6);
  const zb = times(a, halfSqrtOfTwo);
  const headroomB = Math.clz32(zb) - 1;
  const rb = saturatingShiftLeft(a, headroomB);
  const zbPower = saturate((12 - headroomB) * 2 ** 25 - quarterQ6);
  const r = Math.min(ra, rb);
  const power = Math.max(za, zbPower);
  const p = halfSum(r, fourthRootOfHalf);
  const q = saturatingShiftLeft(r - fourthRootOfHalf, 1);
  const q2 = times(q, q);
  const numerator = times(q, r) + times(times(q, q2), 117049297);
  const denominator = times(p, 1057819769 + q + times(127690142, q2)) + times(638450708, q);
  const fraction = times(divideByPowerOfTwo(numerator, 6), oneOverOnePlus(denominator));
  return saturatingShiftLeft(times(power, logOfTwo) + fraction, 1);
}
