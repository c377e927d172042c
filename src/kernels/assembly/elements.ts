/**
 * Activations in their stored form, eight at a time. T = u8: bytes that `flip` turns into int8; T = i16: int16.
 */

// @ts-ignore: decorator
@inline
export function loadEight<T>(at: usize, flip: v128): v128 {
  if (sizeof<T>() == 2) return v128.load(at);
  return i16x8.extend_low_i8x16_s(v128.xor(v128.load64_zero(at), flip));
}

/** Int16 values that fit int8. */
// @ts-ignore: decorator
@inline
export function storeEight<T>(at: usize, value: v128, flip: v128): void {
  if (sizeof<T>() == 2) v128.store(at, value);
  else v128.store64_lane(at, v128.xor(i8x16.narrow_i16x8_s(value, value), flip), 0);
}

// @ts-ignore: decorator
@inline
export function loadOne<T>(at: usize, flip: i32): i32 {
  if (sizeof<T>() == 2) return load<i16>(at);
  return <i32>(<i8>(load<u8>(at) ^ flip));
}

// @ts-ignore: decorator
@inline
export function storeOne<T>(at: usize, value: i32, flip: i32): void {
  if (sizeof<T>() == 2) store<i16>(at, value);
  else store<u8>(at, value ^ flip);
}

/** The first n of eight. */
export function storeSome<T>(out: usize, y: v128, n: i32, flip: i32): void {
  let rest = y;
  while (n--) {
    storeOne<T>(out, i16x8.extract_lane_s(rest, 0), flip);
    rest = i8x16.shuffle(rest, rest, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
    out += sizeof<T>();
  }
}
