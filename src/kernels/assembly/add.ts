/**
 * ADD and SUB of rows of equal length: y = clamp(rescale(A ± B) + z), A = MBQM((a − za) · 2^20), B likewise.
 * Equals tflite/kernels/internal/reference/integer_ops/add.h. All |x| stay below 2^29, so that one high product and one
 * shift serve: RDBPOT(SRDHM(x, m), s) = (high word of (4x · m) + 1 + 2^s − [x < 0] · 2) >> (s + 1) for s > 0.
 */
import { Sum } from "../generated/descriptors";
import { loadEight, storeEight, storeSome } from "./elements";
import { highProduct } from "./requantize";

// @ts-ignore: decorator
@inline
function scaled(x4: v128, m: v128, nudge: v128, negative: v128, shift: i32): v128 {
  const high = i32x4.add(highProduct(x4, m), nudge);
  return i32x4.shr_s(i32x4.sub(high, v128.and(i32x4.shr_s(x4, 31), negative)), shift + 1);
}
// @ts-ignore: decorator
@inline
function nudgeOf(shift: i32): v128 {
  return i32x4.splat(shift ? 1 + (1 << shift) : 1);
}
// @ts-ignore: decorator
@inline
function negativeOf(shift: i32): v128 {
  return i32x4.splat(shift ? 2 : 0);
}

// @ts-ignore: decorator
@inline
function addRow<T>(d: Sum, left: usize, right: usize, out: usize): void {
  const flip = i8x16.splat(<i8>d.flip), sign = i32x4.splat(d.sign);
  const leftZero = i16x8.splat(<i16>d.leftZero), rightZero = i16x8.splat(<i16>d.rightZero);
  const leftM = i32x4.splat(d.leftMultiplier), rightM = i32x4.splat(d.rightMultiplier), outM = i32x4.splat(d.multiplier);
  const leftShift = d.leftShift, rightShift = d.rightShift, shift = d.shift;
  const leftNudge = nudgeOf(leftShift), rightNudge = nudgeOf(rightShift), nudge = nudgeOf(shift);
  const leftNegative = negativeOf(leftShift), rightNegative = negativeOf(rightShift), negative = negativeOf(shift);
  const zero = i16x8.splat(<i16>d.zero), low = i16x8.splat(<i16>d.low), high = i16x8.splat(<i16>d.high);
  let n = d.rowElements;
  do {
    const a = i16x8.sub(loadEight<T>(left, flip), leftZero), b = i16x8.sub(loadEight<T>(right, flip), rightZero);
    const a0 = scaled(i32x4.shl(i32x4.extend_low_i16x8_s(a), 22), leftM, leftNudge, leftNegative, leftShift);
    const a1 = scaled(i32x4.shl(i32x4.extend_high_i16x8_s(a), 22), leftM, leftNudge, leftNegative, leftShift);
    const b0 = scaled(i32x4.shl(i32x4.extend_low_i16x8_s(b), 22), rightM, rightNudge, rightNegative, rightShift);
    const b1 = scaled(i32x4.shl(i32x4.extend_high_i16x8_s(b), 22), rightM, rightNudge, rightNegative, rightShift);
    // x ^ −1 − (−1) is −x, x ^ 0 − 0 is x.
    const s0 = i32x4.add(a0, i32x4.sub(v128.xor(b0, sign), sign)), s1 = i32x4.add(a1, i32x4.sub(v128.xor(b1, sign), sign));
    const y0 = scaled(i32x4.shl(s0, 2), outM, nudge, negative, shift);
    const y1 = scaled(i32x4.shl(s1, 2), outM, nudge, negative, shift);
    const y = i16x8.min_s(i16x8.max_s(i16x8.add_sat_s(i16x8.narrow_i32x4_s(y0, y1), zero), low), high);
    if (n >= 8) storeEight<T>(out, y, flip);
    else storeSome<T>(out, y, n, d.flip);
    left += 8 * sizeof<T>();
    right += 8 * sizeof<T>();
    out += 8 * sizeof<T>();
    n -= 8;
  } while (n > 0);
}

export function add(d: Sum, left: usize, right: usize, out: usize, rows: i32): void {
  while (rows--) {
    if (d.wide) addRow<i16>(d, left, right, out);
    else addRow<u8>(d, left, right, out);
    left += d.leftRow;
    right += d.rightRow;
    out += d.outRow;
  }
}
