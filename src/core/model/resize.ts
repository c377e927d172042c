import type { ResizeOptions } from './options.ts';
import { roundHalfAway } from './rounding.ts';

/** Pixels of the input for one of the output, float32. Source: TensorFlow Lite, `reference/resize_bilinear.h`. */
export function resizeScale(input: number, output: number, alignCorners: boolean): number {
  return Math.fround(alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output);
}

/**
 * For every output position the input position that RESIZE_NEAREST_NEIGHBOR takes. Source: TensorFlow Lite,
 * `reference/resize_nearest_neighbor.h`.
 */
export function nearestPositions(
  input: number,
  output: number,
  { alignCorners, halfPixelCenters }: ResizeOptions,
): readonly number[] {
  const scale = resizeScale(input, output, alignCorners);
  const shift = halfPixelCenters ? 0.5 : 0;
  return Array.from({ length: output }, (_, i) => {
    const exact = Math.fround(Math.fround(i + shift) * scale);
    const position = alignCorners ? roundHalfAway(exact) : Math.floor(exact);
    return Math.max(0, Math.min(position, input - 1));
  });
}
