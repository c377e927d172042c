/**
 * MUL of rows of equal length: y = clamp(rescale((a − za) · (b − zb)) + z).
 * Equals tflite/kernels/internal/reference/integer_ops/mul.h.
 */
import { Product } from "../generated/descriptors";
import { loadEight, storeEight, storeSome } from "./elements";
import { aboveMagic, fixed, float, nearest, RECIPE, signed, wide } from "./requantize";
import { words } from "./store";

// @ts-ignore: decorator
@inline
function rescaled(v: v128, d: Product, above: v128): v128 {
  const params = <usize>d.params, recipe = load<i32>(params, RECIPE);
  if (recipe == 0) return float(i32x4.add(v, v128.load(params)), v128.load(params, 32), v128.load(params, 64));
  if (recipe == 1) return signed(v, v128.load(params, 32), v128.load(params, 64), above);
  if (recipe == 2) return fixed(v, params, load<i32>(params, 160), above);
  if (recipe == 3) return wide(v, params, above);
  return nearest(v, v128.load(params, 32), aboveMagic(d.above));
}

// @ts-ignore: decorator
@inline
function multiplyRow<T>(d: Product, left: usize, right: usize, out: usize): void {
  const flip = i8x16.splat(<i8>d.flip), above = i32x4.splat(d.above);
  const leftZero = i16x8.splat(<i16>d.leftZero), rightZero = i16x8.splat(<i16>d.rightZero);
  const base = i16x8.splat(<i16>d.base), span = i16x8.splat(<i16>d.span);
  let n = d.rowElements;
  do {
    const a = i16x8.sub(loadEight<T>(left, flip), leftZero), b = i16x8.sub(loadEight<T>(right, flip), rightZero);
    const low = rescaled(i32x4.extmul_low_i16x8_s(a, b), d, above);
    const high = rescaled(i32x4.extmul_high_i16x8_s(a, b), d, above);
    const y = words(low, high, base, span);
    if (n >= 8) storeEight<T>(out, y, flip);
    else storeSome<T>(out, y, n, d.flip);
    left += 8 * sizeof<T>();
    right += 8 * sizeof<T>();
    out += 8 * sizeof<T>();
    n -= 8;
  } while (n > 0);
}

export function multiply(d: Product, left: usize, right: usize, out: usize, rows: i32): void {
  while (rows--) {
    if (d.wide) multiplyRow<i16>(d, left, right, out);
    else multiplyRow<u8>(d, left, right, out);
    left += d.leftRow;
    right += d.rightRow;
    out += d.outRow;
  }
}
