/** Where a Resize looks, and how much each element counts: along one dimension, for every output position. */
import { clamp } from '../../model/rounding.ts';
import type { ResizeSettings } from '../../onnx/resize-settings.ts';

/** One dimension that is resized. */
export interface Side {
  readonly input: number;
  readonly output: number;
  /** Output over input size as the node has it, which the sizes need not divide to. */
  readonly scale: number;
  /** Start and end of the part that is looked at, in mode `tf_crop_and_resize`; 0 and 1 for all. */
  readonly region: readonly [number, number];
}

/** An element of the input and its share. */
export interface Tap {
  readonly index: number;
  readonly weight: number;
}

const f = Math.fround;

/**
 * The input coordinate of each output position, in float32 as onnxruntime computes it.
 * @returns undefined for an unknown mode. Source of the formulas: the ONNX specification of Resize.
 */
export function coordinates(mode: string, side: Side): readonly number[] | undefined {
  const { input, output, scale, region } = side;
  const [start, end] = region;
  // As long as the scale says, which need not be a whole number; where the scale comes from sizes it is rounded.
  const length = Math.abs(scale * input - output) < 1e-3 ? output : scale * input;
  const halfPixel = (i: number) => f(f(f(i + 0.5) / scale) - 0.5);
  const formulas: Readonly<Record<string, (i: number) => number>> = {
    half_pixel: halfPixel,
    pytorch_half_pixel: (i) => (output === 1 ? 0 : halfPixel(i)),
    half_pixel_symmetric: (i) => f((input / 2) * (1 - output / (scale * input)) + halfPixel(i)),
    asymmetric: (i) => f(i / scale),
    align_corners: (i) => (length === 1 ? 0 : f((i * (input - 1)) / (length - 1))),
    tf_crop_and_resize: (i) => {
      // Here onnxruntime counts whole elements.
      const step = output === 1 ? 0 : (i * (end - start) * (input - 1)) / (output - 1);
      return f(output === 1 ? 0.5 * (start + end) * (input - 1) : start * (input - 1) + step);
    },
  };
  const formula = formulas[mode];
  return formula && Array.from({ length: output }, (_, i) => formula(i));
}

/** Rounding of coordinates in mode `nearest`. */
const roundings: Readonly<Record<string, (x: number, scale: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: (x) => Math.floor(x),
  ceil: (x) => Math.ceil(x),
  simple: (x, scale) => (scale < 1 ? Math.ceil(x) : Math.floor(x)),
};

/** The elements at each coordinate; outside the input its edge counts. `undefined` for an unknown mode. */
export function tapsAt(
  settings: ResizeSettings,
  at: readonly number[],
  { input, scale }: Side,
): readonly (readonly Tap[])[] | undefined {
  if (settings.mode === 'nearest') {
    const round = roundings[settings.nearest];
    return round && at.map((x) => [{ index: clamp(round(x, scale), 0, input - 1), weight: 1 }]);
  }
  const reach = settings.mode === 'cubic' ? 2 : 1;
  // Reducing without aliasing widens the curve by as much.
  const shrink = settings.antialias ? Math.min(scale, 1) : 1;
  const first = Math.floor(-reach / shrink) + 1;
  const count = 2 - 2 * first;
  return at.map((x) => {
    const center = settings.mode === 'linear' && shrink === 1 ? clamp(x, 0, input - 1) : x;
    const left = Math.ceil(center) - 1;
    const ratio = center - left;
    const taps = Array.from({ length: count }, (_, i) => {
      const distance = Math.abs(first + i - ratio) * shrink;
      const weight = reach === 2 ? cubic(distance, settings.cubicCoefficient) : Math.max(0, 1 - distance);
      return { index: left + first + i, weight };
    });
    return inside(taps, input, {
      dropped: settings.excludeOutside,
      rescaled: settings.excludeOutside || shrink !== 1,
    });
  });
}

/** The cubic convolution kernel (Keys), at a distance from its center. */
function cubic(distance: number, a: number): number {
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return distance < 2 ? ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a : 0;
}

function inside(
  taps: readonly Tap[],
  input: number,
  { dropped, rescaled }: { readonly dropped: boolean; readonly rescaled: boolean },
): readonly Tap[] {
  const kept = taps.map(({ index, weight }) => ({
    index: clamp(index, 0, input - 1),
    weight: dropped && (index < 0 || index >= input) ? 0 : weight,
  }));
  const sum = rescaled ? kept.reduce((total, { weight }) => total + weight, 0) : 1;
  return kept.map(({ index, weight }) => ({ index, weight: weight / sum }));
}
