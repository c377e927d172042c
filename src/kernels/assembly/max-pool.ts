/**
 * MAX_POOL_2D of one row of output pixels: greatest stored value of the taps inside the image, clamped.
 * Equals tflite/kernels/internal/reference/integer_ops/pooling.h (MaxPool).
 */
import { Pool } from "../generated/descriptors";
import { storeWords, storeBytes } from "./store";

/** Signed bytes, unsigned bytes (value + 128) or int16: order is that of the values in each. */
// @ts-ignore: decorator
@inline
function greater<T>(a: v128, b: v128): v128 {
  if (sizeof<T>() == 2) return i16x8.max_s(a, b);
  return isSigned<T>() ? i8x16.max_s(a, b) : i8x16.max_u(a, b);
}
// @ts-ignore: decorator
@inline
function lesser<T>(a: v128, b: v128): v128 {
  if (sizeof<T>() == 2) return i16x8.min_s(a, b);
  return isSigned<T>() ? i8x16.min_s(a, b) : i8x16.min_u(a, b);
}
// @ts-ignore: decorator
@inline
function splat<T>(value: i32): v128 {
  return sizeof<T>() == 2 ? i16x8.splat(<i16>value) : i8x16.splat(<i8>value);
}

// @ts-ignore: decorator
@inline
function poolRow<T>(d: Pool, image: usize, out: usize, top: i32, bottom: i32): void {
  const low = splat<T>(d.low), high = splat<T>(d.high), channels = d.channels, pixel = channels * sizeof<T>();
  for (let x = 0; x < d.outputW; x++) {
    const first = x * d.strideW - d.padLeft;
    const left = max(first, 0), right = min(first + d.filterW, d.inputW);
    for (let c = 0; c < channels; c += 8) {
      let greatest = low;
      for (let y = top; y < bottom; y++) {
        let at = image + y * d.inRow + left * pixel + c * sizeof<T>();
        for (let i = left; i < right; i++) {
          greatest = greater<T>(greatest, sizeof<T>() == 2 ? v128.load(at) : v128.load64_zero(at));
          at += pixel;
        }
      }
      greatest = lesser<T>(greatest, high);
      const n = min(channels - c, 8);
      if (sizeof<T>() == 2) storeWords(out, greatest, n);
      else storeBytes(out, i64x2.extract_lane(greatest, 0), n);
      out += n * sizeof<T>();
    }
  }
}

/** @param form - 0: signed bytes, 1: unsigned bytes, 2: int16 */
export function maxPool(d: Pool, image: usize, out: usize, rows: i32, form: i32): void {
  for (let y = 0; y < rows; y++) {
    const first = y * d.strideH - d.padTop;
    const top = max(first, 0), bottom = min(first + d.filterH, d.inputH);
    if (form == 2) poolRow<i16>(d, image, out, top, bottom);
    else if (form == 1) poolRow<u8>(d, image, out, top, bottom);
    else poolRow<i8>(d, image, out, top, bottom);
    out += d.outRow;
  }
}
