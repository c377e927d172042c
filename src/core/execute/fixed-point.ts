import { clamp, roundHalfAway } from '../model/rounding.ts';
/**
 * Integer arithmetic that TensorFlow Lite's kernels share: multiplying by a real number with 32-bit integers only.
 * Sources: tflite/kernels/internal/{common,quantization_util,cppmath} and gemmlowp's fixedpoint/fixedpoint.h.
 *
 * Products of two int32 need 62 bits. They are formed here from 16-bit halves; BigInt would be some fifty times slower.
 */

export const INT32_MAX = 2 ** 31 - 1;
export const INT32_MIN = -(2 ** 31);

/** A real number as multiplier · 2^(shift − 31), multiplier in ±[2^30, 2^31) or 0. */
export interface FixedPoint {
  readonly multiplier: number;
  readonly shift: number;
}

/** C's frexp for finite x: x = fraction · 2^exponent with 0.5 ≤ |fraction| < 1, or both 0. Read from the bits, hence exact. */
export function frexp(x: number): { readonly fraction: number; readonly exponent: number } {
  if (x === 0) return { fraction: 0, exponent: 0 };
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const biased = (view.getUint32(0) >>> 20) & 0x7ff;
  if (biased === 0) {
    const scaled = frexp(x * 2 ** 54);
    return { fraction: scaled.fraction, exponent: scaled.exponent - 54 };
  }
  view.setUint32(0, (view.getUint32(0) & 0x800fffff) | (1022 << 20));
  return { fraction: view.getFloat64(0), exponent: biased - 1022 };
}

/** QuantizeMultiplier of quantization_util.cc. Reals below 2^−32 become 0. */
export function quantizeMultiplier(real: number): FixedPoint {
  const { fraction, exponent } = frexp(real);
  const rounded = roundHalfAway(fraction * 2 ** 31);
  const overflow = Math.abs(rounded) === 2 ** 31;
  const shift = overflow ? exponent + 1 : exponent;
  if (rounded === 0 || shift < -31) return { multiplier: 0, shift: 0 };
  return { multiplier: overflow ? rounded / 2 : rounded, shift };
}

/**
 * SaturatingRoundingDoublingHighMul ("SRDHM"): a·b / 2^31, to the nearest, ties towards +∞; that is ⌊(a·b + 2^30) / 2^31⌋.
 * Schoolbook multiplication of 16-bit halves gives bits 62 to 32 of the product (`high`) and, in `middle`, bits 31 to
 * 16; bit 31 completes the quotient and bit 30 rounds it.
 */
export function doublingHighMultiply(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >> 16;
  const bLow = b & 0xffff;
  const bHigh = b >> 16;
  const cross = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const middle = ((cross & 0xffff) + Math.imul(aLow, bHigh)) | 0;
  const high = (Math.imul(aHigh, bHigh) + (cross >> 16) + (middle >> 16)) | 0;
  const result = ((high << 1) + ((middle >>> 15) & 1) + ((middle >>> 14) & 1)) | 0;
  return a === INT32_MIN && b === INT32_MIN ? INT32_MAX : result;
}

/**
 * RoundingDivideByPOT ("RDBPOT"): x / 2^exponent, to the nearest, ties away from zero. 0 ≤ exponent ≤ 31.
 * Sign bits instead of comparisons: which way a value rounds is a coin toss that no processor predicts.
 */
export function divideByPowerOfTwo(x: number, exponent: number): number {
  const mask = INT32_MAX >>> (31 - exponent);
  const threshold = (mask >> 1) + (x >>> 31);
  return ((x >> exponent) + ((threshold - (x & mask)) >>> 31)) | 0;
}

/**
 * MultiplyByQuantizedMultiplier, the default double rounding ("MBQM"): x · multiplier · 2^(shift − 31).
 * @param x - int32; shifted left, it wraps as in C++ compiled for every platform that matters
 * @param shift - −31 … 30
 */
export function multiplyByFixedPoint(x: number, multiplier: number, shift: number): number {
  return shift > 0
    ? doublingHighMultiply(x << shift, multiplier)
    : divideByPowerOfTwo(doublingHighMultiply(x, multiplier), -shift);
}

/** x = high · 2^24 + low splits a product of 63 bits into two that a double holds. */
const LOW = 2 ** 24;
/** What a product may be shifted right by; looked up, because `**` costs more than the rest of a multiplication. */
const POWERS_OF_TWO = Float64Array.from({ length: 47 }, (_, exponent) => 2 ** exponent);

/**
 * MultiplyByQuantizedMultiplier for accumulators of up to 48 bits: the multiplier is cut to 16 bits, and there is one
 * rounding, ties towards +∞. Wraps to int32 as C++ does.
 * @param x - an integer, −2^47 ≤ x < 2^47
 * @param shift - −31 … 14
 */
export function multiplyWide(x: number, multiplier: number, shift: number): number {
  const reduced = multiplier < 0x7fff0000 ? (multiplier + 2 ** 15) >> 16 : 0x7fff;
  const right = POWERS_OF_TWO[15 - shift] as number;
  const half = right / 2;
  const xHigh = Math.floor(x / LOW);
  const low = (x - xHigh * LOW) * reduced + (half % LOW);
  const carry = Math.floor(low / LOW);
  const high = xHigh * reduced + Math.floor(half / LOW) + carry;
  if (right >= LOW) return Math.floor(high / (right / LOW)) | 0;
  return (high * (LOW / right) + Math.floor((low - carry * LOW) / right)) | 0;
}

/** SaturatingLeftShift. */
export function saturatingShiftLeft(x: number, exponent: number): number {
  return clamp(x * 2 ** exponent, INT32_MIN, INT32_MAX);
}

/** RoundingHalfSum: (a + b) / 2, ties away from zero. */
export function halfSum(a: number, b: number): number {
  const sum = a + b;
  return Math.trunc((sum + (sum >= 0 ? 1 : -1)) / 2);
}
