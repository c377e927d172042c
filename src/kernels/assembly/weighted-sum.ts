/**
 * ADD and SUB of rows of equal length as XNNPACK computes them: y = clamp(((a · ma + b · mb + bias) >> shift) + z), where the
 * bias holds the zero points and half of 2^shift. Equals src/qs8-vadd of XNNPACK. Sums stay below 2^31.
 */
import { WeightedSum } from "../generated/descriptors";
import { loadEight, storeEight, storeSome } from "./elements";

// @ts-ignore: decorator
@inline
function weightedRow<T>(d: WeightedSum, left: usize, right: usize, out: usize): void {
  const flip = i8x16.splat(<i8>d.flip), bias = i32x4.splat(d.bias), shift = d.shift;
  const leftM = i32x4.splat(d.leftMultiplier), rightM = i32x4.splat(d.rightMultiplier);
  const zero = i16x8.splat(<i16>d.zero), low = i16x8.splat(<i16>d.low), high = i16x8.splat(<i16>d.high);
  let n = d.rowElements;
  do {
    const a = loadEight<T>(left, flip), b = loadEight<T>(right, flip);
    const a0 = i32x4.mul(i32x4.extend_low_i16x8_s(a), leftM), a1 = i32x4.mul(i32x4.extend_high_i16x8_s(a), leftM);
    const b0 = i32x4.mul(i32x4.extend_low_i16x8_s(b), rightM), b1 = i32x4.mul(i32x4.extend_high_i16x8_s(b), rightM);
    const y0 = i32x4.shr_s(i32x4.add(i32x4.add(a0, b0), bias), shift);
    const y1 = i32x4.shr_s(i32x4.add(i32x4.add(a1, b1), bias), shift);
    const y = i16x8.min_s(i16x8.max_s(i16x8.add_sat_s(i16x8.narrow_i32x4_s(y0, y1), zero), low), high);
    if (n >= 8) storeEight<T>(out, y, flip);
    else storeSome<T>(out, y, n, d.flip);
    left += 8 * sizeof<T>();
    right += 8 * sizeof<T>();
    out += 8 * sizeof<T>();
    n -= 8;
  } while (n > 0);
}

export function weightedSum(d: WeightedSum, left: usize, right: usize, out: usize, rows: i32): void {
  while (rows--) {
    if (d.wide) weightedRow<i16>(d, left, right, out);
    else weightedRow<u8>(d, left, right, out);
    left += d.leftRow;
    right += d.rightRow;
    out += d.outRow;
  }
}
