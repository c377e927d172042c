/**
 * Eight finished channels of a pixel into the activations' stored form: bytes (value + 128, or the value itself), or
 * int16 where the engine multiplies int16. What comes in is the result above the lower bound: narrowing to unsigned clamps it
 * from below, `span` (upper less lower bound) from above, and `base` is the lower bound in the stored form.
 */

// @ts-ignore: decorator
@inline
export function words(a: v128, b: v128, base: v128, span: v128): v128 {
  return i16x8.add(i16x8.min_u(i16x8.narrow_i32x4_u(a, b), span), base);
}

/** Two pixels. */
// @ts-ignore: decorator
@inline
export function bytes(a: v128, b: v128, c: v128, d: v128, base: v128, span: v128): v128 {
  const raised = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
  return i8x16.add(i8x16.min_u(raised, span), base);
}

/** The first `count` bytes of `value`: the next pixel's channels begin right behind. */
export function storeBytes(at: usize, value: i64, count: i32): void {
  while (count > 0) {
    store<u8>(at++, value);
    value >>= 8;
    --count;
  }
}

export function storeWords(at: usize, value: v128, count: i32): void {
  storeBytes(at, i64x2.extract_lane(value, 0), count > 4 ? 8 : 2 * count);
  if (count > 4) storeBytes(at + 8, i64x2.extract_lane(value, 1), 2 * count - 8);
}
