/**
 * From int32 accumulators to outputs above their lower bound, four channels at a time, in one of five recipes that are exact for every
 * accumulator the layer can reach (proved while packing, see src/kernels/requantize.ts):
 *
 *   float  trunc(float32(acc) · m + c), both operations rounded, no fused multiply-add
 *   signed trunc(float32(acc) · m + c with the sign of acc),  + above
 *   fixed  MultiplyByQuantizedMultiplier with both roundings folded into one addition:
 *          (high word of (acc · P) · M  +  K  −  [acc < 0] · D) >> shift,  + above
 *   wide   MultiplyByQuantizedMultiplier as it is written, two 64-bit products,  + above
 *
 *   nearest  float32(acc) · m rounded half to even,  + above
 *
 * `above` is the zero point less the lower bound.
 *
 * Equals tflite/kernels/internal/common.cc (MultiplyByQuantizedMultiplier, double rounding); `nearest` is the "fmagic"
 * requantization of XNNPACK (src/xnnpack/requantization.h).
 * A parameter block of eight channels holds the bias at 0, the recipe's constants from byte 32 on, and the recipe (0 to 4, in
 * this order) at RECIPE.
 */

export const RECIPE: usize = 224;

// @ts-ignore: decorator
@inline
export function floatToInt(v: v128): v128 {
  // The values are proved to be in range, where both instructions agree; the relaxed one is a single x86 instruction.
  return ASC_FEATURE_RELAXED_SIMD ? i32x4.relaxed_trunc_f32x4_s(v) : i32x4.trunc_sat_f32x4_s(v);
}

// @ts-ignore: decorator
@inline
export function float(v: v128, m: v128, c: v128): v128 {
  return floatToInt(f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(v), m), c));
}

// @ts-ignore: decorator
@inline
export function signed(v: v128, m: v128, c: v128, above: v128): v128 {
  return i32x4.add(float(v, m, v128.or(v128.and(v, i32x4.splat(0x80000000)), c)), above);
}

/** 1.5 · 2^23 has a last place of 1, so that a sum with it is rounded to an integer, which stands in its low bits. */
const MAGIC: f32 = 12582912.0;

/** What is left to add to the bits of a sum with MAGIC. */
// @ts-ignore: decorator
@inline
export function aboveMagic(above: i32): v128 {
  return i32x4.splat(above - reinterpret<i32>(MAGIC));
}

/** @param above - of `aboveMagic` */
// @ts-ignore: decorator
@inline
export function nearest(v: v128, m: v128, above: v128): v128 {
  return i32x4.add(f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(v), m), f32x4.splat(MAGIC)), above);
}

/** The high words of four 64-bit products. */
// @ts-ignore: decorator
@inline
export function highProduct(x: v128, m: v128): v128 {
  return i8x16.shuffle(
    i64x2.extmul_low_i32x4_s(x, m), i64x2.extmul_high_i32x4_s(x, m),
    4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31,
  );
}

/** `params` points at the constants of these four channels. */
// @ts-ignore: decorator
@inline
export function fixed(v: v128, params: usize, shift: i32, above: v128): v128 {
  const high = highProduct(i32x4.mul(v, v128.load(params, 32)), v128.load(params, 64));
  const nudge = i32x4.sub(v128.load(params, 96), v128.and(i32x4.shr_s(v, 31), v128.load(params, 128)));
  return i32x4.add(i32x4.shr_s(i32x4.add(high, nudge), shift), above);
}

// @ts-ignore: decorator
@inline
function middle(low: v128, high: v128): v128 {
  return i8x16.shuffle(
    i64x2.shr_u(low, 31), i64x2.shr_u(high, 31),
    0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27,
  );
}

/** y = (acc · 2^left · M + 2^30) >> 31, then (y · 2^(31 − right) + C − [y < 0] · E) >> 31 where there is a right shift. */
export function wide(v: v128, params: usize, above: v128): v128 {
  const x = i32x4.mul(v, v128.load(params, 32));
  const m = v128.load(params, 64);
  const half = i64x2.splat(1 << 30);
  const y = middle(
    i64x2.add(i64x2.extmul_low_i32x4_s(x, m), half),
    i64x2.add(i64x2.extmul_high_i32x4_s(x, m), half),
  );
  const r = v128.load(params, 96);
  const one = i32x4.splat(1);
  const c = i32x4.sub(v128.load(params, 128), v128.and(i32x4.shr_s(y, 31), v128.load(params, 160)));
  const z = middle(
    i64x2.add(i64x2.extmul_low_i32x4_s(y, r), i64x2.extmul_low_i32x4_s(c, one)),
    i64x2.add(i64x2.extmul_high_i32x4_s(y, r), i64x2.extmul_high_i32x4_s(c, one)),
  );
  // A result near 2^31 must not wrap.
  const result = v128.bitselect(y, z, v128.load(params, 192));
  return i32x4.add(i32x4.min_s(result, i32x4.splat(0x7ffff000)), above);
}
