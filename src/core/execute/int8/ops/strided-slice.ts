import type { StridedSliceOptions } from '../../../model/options.ts';
import { clamp } from '../../../model/rounding.ts';
import type { Shape } from '../../../model/types.ts';

import { type OpContext, size } from '../context.ts';

/** One dimension of a strided slice. */
export interface Range {
  readonly start: number;
  readonly stride: number;
  readonly count: number;
  /** A new axis of size 1, which the input does not have. */
  readonly added: boolean;
  /** An axis of size 1 that the output does not have. */
  readonly dropped: boolean;
}

export interface StridedSlice extends StridedSliceOptions {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
}

const whole = (count: number): Range => ({ start: 0, stride: 1, count, added: false, dropped: false });

function bit(mask: number, position: number): boolean {
  return ((mask >> position) & 1) === 1;
}

/** Entry `k` of the slice applied to a dimension of `count` elements (internal/strided_slice_logic.h). */
function entry(context: OpContext, slice: StridedSlice, { k, count }: { k: number; count: number }): Range {
  const stride = size(slice.strides, k);
  if (stride === 0) throw context.invalid('a stride is 0');
  const [low, high] = stride > 0 ? [0, count] : [-1, count - 1];
  const wrap = (index: number): number => (index < 0 ? index + count : index);
  const dropped = bit(slice.shrinkAxisMask, k);
  const first = stride > 0 ? 0 : count - 1;
  const start = bit(slice.beginMask, k) && !dropped ? first : clamp(wrap(size(slice.begin, k)), low, high);
  if (dropped) {
    if (start < 0 || start >= count)
      throw context.invalid(`index ${slice.begin[k]} is outside of ${count} elements`);
    return { start, stride: 1, count: 1, added: false, dropped };
  }
  const last = stride > 0 ? count : -1;
  const given = size(slice.end, k) + (slice.offset ? start : 0);
  const end = bit(slice.endMask, k) ? last : clamp(slice.offset ? given : wrap(given), low, high);
  return { start, stride, count: Math.max(0, Math.ceil((end - start) / stride)), added: false, dropped };
}

/** Every dimension of the output before dropping, ellipsis and new axes spelled out. */
export function stridedRange(context: OpContext, input: Shape, slice: StridedSlice): readonly Range[] {
  const entries = slice.begin.length;
  const newAxes = slice.begin.filter(
    (_, k) => bit(slice.newAxisMask, k) && !bit(slice.ellipsisMask, k),
  ).length;
  const ranges: Range[] = [];
  let dimension = 0;
  const takeWhole = (until: number): void => {
    while (dimension < until) ranges.push(whole(size(input, dimension++)));
  };
  for (let k = 0; k < entries; k++) {
    if (bit(slice.ellipsisMask, k)) {
      const later = slice.begin.filter((_, j) => j > k && !bit(slice.newAxisMask, j)).length;
      takeWhole(input.length - later);
    } else if (bit(slice.newAxisMask, k)) {
      ranges.push({ start: 0, stride: 1, count: 1, added: true, dropped: false });
    } else {
      if (dimension >= input.length) throw context.invalid(`it slices more than ${input.length} dimensions`);
      ranges.push(entry(context, slice, { k, count: size(input, dimension++) }));
    }
  }
  takeWhole(input.length);
  if (ranges.length !== input.length + newAxes) throw context.invalid('its masks do not fit its input');
  return ranges;
}
