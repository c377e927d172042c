/**
 * CONV_2D, FULLY_CONNECTED and DEPTHWISE_CONV_2D over inputs that already hold the border their windows reach into:
 *   accumulator = bias' + Σ w · x',   bias' = bias − Σ w · (zero point of x')
 * x' is the stored form of the input. Equals tflite/kernels/internal/reference/integer_ops/{conv,fully_connected,
 * depthwise_conv}.h; only the order of the additions differs, and int32 sums do not depend on it.
 *
 * `dots` says which products the layer was packed for: relaxed dots of bytes (relaxed build only) or dots of words.
 */
import { Layer } from "../generated/descriptors";
import { dotDepthwise, dotTiles, dotVector, i16Depthwise, i16Tiles, i16Vector } from "../generated/tiles";
import { mixHigh, mixLow } from "./mix";
import { aboveMagic, fixed, float, nearest, RECIPE, signed, wide } from "./requantize";
import { bytes, storeBytes, storeWords, words } from "./store";

function tiles(d: Layer, height: i32, from: usize, to: usize, count: i32, dots: i32): void {
  if (!count) return;
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (dots) {
      dotTiles(d, height, from, to, count);
      return;
    }
  }
  i16Tiles(d, height, from, to, count);
}

/** Tiles of one row of output pixels: `count` from the one numbered `first` on. */
export function stripe(d: Layer, from: usize, to: usize, first: i32, count: i32, dots: i32): void {
  const full = max(0, min(d.fullTiles - first, count));
  const before = first * d.tile - max(0, first - d.fullTiles), next = before + full * d.tile;
  tiles(d, d.tile, from + before * d.pixelStep, to + before * d.outPixel, full, dots);
  tiles(d, d.tile - 1, from + next * d.pixelStep, to + next * d.outPixel, count - full, dots);
}

/** `rows` rows of output pixels. */
export function conv(d: Layer, from: usize, to: usize, rows: i32, dots: i32): void {
  do {
    stripe(d, from, to, 0, d.fullTiles + d.shortTiles, dots);
    from += d.inRow;
    to += d.outRow;
  } while (--rows);
}

/** A single output pixel whose window is one run. */
export function dense(d: Layer, from: usize, to: usize, dots: i32): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (dots) {
      dotVector(d, from, to);
      return;
    }
  }
  i16Vector(d, from, to);
}

/** 3×3 with stride 1 or 2; `groups` rows, or with dots and stride 1 pairs of rows. */
export function depthwise3x3(d: Layer, from: usize, to: usize, groups: i32, stride: i32, dots: i32): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (dots) {
      dotDepthwise(d, stride, from, to, groups);
      return;
    }
  }
  i16Depthwise(d, stride, from, to, groups);
}

/** Eight input channels as words: what stands in memory, whatever it means; the bias takes the offset out again. */
// @ts-ignore: decorator
@inline
function eight<T>(at: usize): v128 {
  if (sizeof<T>() == 2) return v128.load(at);
  return isSigned<T>() ? v128.load_ext<i8>(at) : v128.load_ext<u8>(at);
}

// @ts-ignore: decorator
@inline
function anyFilterRow<T>(d: Layer, from: usize, to: usize): void {
  const base = sizeof<T>() == 2 ? i16x8.splat(<i16>d.base) : i8x16.splat(<i8>d.base);
  const span = sizeof<T>() == 2 ? i16x8.splat(<i16>d.span) : i8x16.splat(<i8>d.span);
  const above = i32x4.splat(d.above);
  for (let x = 0; x < d.width; x++) {
    let w = <usize>d.weights, pp = <usize>d.params, ib = from, ob = to;
    for (let b = d.blocks; b > 0; --b) {
      let a = v128.load(pp), c = v128.load(pp, 16), offsets = <usize>d.offsets;
      for (let k = d.pairs; k > 0; --k) {
        const u = eight<T>(ib + load<i32>(offsets)), v = eight<T>(ib + load<i32>(offsets, 4));
        a = i32x4.add(a, i32x4.dot_i16x8_s(mixLow(u, v), v128.load(w)));
        c = i32x4.add(c, i32x4.dot_i16x8_s(mixHigh(u, v), v128.load(w, 16)));
        offsets += 8;
        w += 32;
      }
      const recipe = load<i32>(pp, RECIPE);
      if (recipe == 0) {
        a = float(a, v128.load(pp, 32), v128.load(pp, 64));
        c = float(c, v128.load(pp, 48), v128.load(pp, 80));
      } else if (recipe == 1) {
        a = signed(a, v128.load(pp, 32), v128.load(pp, 64), above);
        c = signed(c, v128.load(pp, 48), v128.load(pp, 80), above);
      } else if (recipe == 2) {
        a = fixed(a, pp, load<i32>(pp, 160), above);
        c = fixed(c, pp + 16, load<i32>(pp, 160), above);
      } else if (recipe == 3) {
        a = wide(a, pp, above);
        c = wide(c, pp + 16, above);
      } else {
        a = nearest(a, v128.load(pp, 32), aboveMagic(d.above));
        c = nearest(c, v128.load(pp, 48), aboveMagic(d.above));
      }
      const n = b == 1 && d.tail ? d.tail : 8;
      if (sizeof<T>() == 2) storeWords(ob, words(a, c, base, span), n);
      else storeBytes(ob, i64x2.extract_lane(bytes(a, c, a, c, base, span), 0), n);
      pp += d.paramStep;
      ib += 8 * sizeof<T>();
      ob += 8 * sizeof<T>();
    }
    from += d.pixelStep;
    to += d.outPixel;
  }
}

/** Depthwise with any filter, stride and dilation. @param form - 0: signed bytes, 1: unsigned bytes, 2: int16 */
export function depthwise(d: Layer, from: usize, to: usize, rows: i32, form: i32): void {
  do {
    if (form == 2) anyFilterRow<i16>(d, from, to);
    else if (form == 1) anyFilterRow<u8>(d, from, to);
    else anyFilterRow<i8>(d, from, to);
    from += d.inRow;
    to += d.outRow;
  } while (--rows);
}
