import { permuted } from '../model/permute.ts';

/** `plain`: the dimensions as TFLite has them, NHWC for images. `nchw`: rank 4 with the channels moved to the front. */
export type Layout = 'plain' | 'nchw';

/** NHWC → NCHW; OHWI → OIHW as well. */
export const toNchw: readonly number[] = [0, 3, 1, 2];
/** NCHW → NHWC. */
export const toPlain: readonly number[] = [0, 2, 3, 1];

/** Where dimension `axis` of a plain tensor (negative: from the end) stands in `layout`. */
export function axisIn(layout: Layout, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  return layout === 'nchw' ? toNchw.indexOf(positive) : positive;
}

/** Values that belong to the dimensions of a plain tensor (paddings, say), in the order of `layout`. */
export function orderedFor<T>(layout: Layout, byAxis: readonly T[]): readonly T[] {
  return layout === 'nchw' ? permuted(byAxis, toNchw) : byAxis;
}
