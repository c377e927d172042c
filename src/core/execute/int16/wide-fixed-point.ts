import type { FixedPoint } from '../fixed-point.ts';

/** x = high · 2^24 + low splits a product of 63 bits into two that a double holds. */
const LOW_BITS = 24;
const LOW = 2 ** LOW_BITS;

/**
 * MultiplyByQuantizedMultiplier of a 64-bit accumulator: x · m · 2^(shift − 15), to the nearest, ties towards +∞, with a
 * multiplier m of 16 bits (tflite/kernels/internal/common.cc).
 * @param x - an integer, −2^47 ≤ x < 2^47
 * @param shift - −31 … 7
 * @returns int32; larger results wrap, as in C++
 */
export function multiplyWide(x: number, { multiplier, shift }: FixedPoint): number {
  const reduced = reducedMultiplier(multiplier);
  const right = 15 - shift;
  const xHigh = Math.floor(x / LOW);
  const low = (x - xHigh * LOW) * reduced;
  const half = 2 ** (right - 1);
  const roundedLow = low + (half % LOW);
  const carry = Math.floor(roundedLow / LOW);
  const high = xHigh * reduced + Math.floor(half / LOW) + carry;
  const rest = roundedLow - carry * LOW;
  if (right >= LOW_BITS) return Math.floor(high / 2 ** (right - LOW_BITS)) | 0;
  return (high * 2 ** (LOW_BITS - right) + Math.floor(rest / 2 ** right)) | 0;
}

/** The upper 16 bits of a multiplier, rounded and saturated. */
function reducedMultiplier(multiplier: number): number {
  return multiplier < 0x7fff0000 ? (multiplier + 2 ** 15) >> 16 : 0x7fff;
}
