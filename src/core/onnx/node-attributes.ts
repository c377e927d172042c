import type { NodeView } from './node-view.ts';

/** Runtimes stop far below. */
export const largestRank = 64;

/** One dimension out of `rank`, counted from the end where it is negative. @throws Problem `model/invalid` */
export function axisIn(view: NodeView, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(axis) && positive >= 0 && positive < rank) return positive;
  throw view.problem(`names dimension ${axis} of a value that has ${rank}`);
}

/** Several dimensions out of `rank`, ascending. @throws Problem `model/invalid`, also where one is named twice */
export function axesIn(view: NodeView, axes: readonly number[], rank: number): readonly number[] {
  if (axes.length > largestRank) throw view.problem(`names ${axes.length} dimensions`);
  const positive = axes.map((axis) => axisIn(view, axis, rank));
  if (new Set(positive).size < positive.length) throw view.problem(`names a dimension twice ([${axes}])`);
  return positive.sort((a, b) => a - b);
}

/** The dimension that an op works along: Concat, Gather, Split, ArgMax and the like. */
export function axisOf(view: NodeView, fallback?: number): number {
  const axis = view.int('axis') ?? fallback;
  if (axis === undefined) throw view.problem('lacks the attribute “axis”');
  return axisIn(view, axis, view.shape(0).length);
}

/** `axes` as they are written: an attribute in older operator sets, the second input in newer ones. */
function writtenAxes(view: NodeView): readonly number[] | undefined {
  return view.ints('axes') ?? view.numbers(1);
}

/** Dimensions of its input that a Squeeze drops. */
export function squeezedAxes(view: NodeView): readonly number[] {
  const shape = view.shape(0);
  const written = writtenAxes(view);
  if (written === undefined) return shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const axes = axesIn(view, written, shape.length);
  const wide = axes.find((axis) => shape[axis] !== 1);
  if (wide !== undefined) throw view.problem(`drops dimension ${wide} of [${shape}], which is not 1`);
  return axes;
}

/** Dimensions of its output that an Unsqueeze adds. */
export function unsqueezedAxes(view: NodeView): readonly number[] {
  const written = writtenAxes(view);
  if (written === undefined) throw view.problem('does not say which dimensions it adds');
  return axesIn(view, written, view.shape(0).length + written.length);
}

/** What a reduction (ReduceMean, ReduceSum, …) runs over. */
export interface Reduction {
  /** Ascending; none where the op does nothing. */
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** @throws Problem `model/invalid`, or `model/unsupported-op` where its dimensions are computed */
export function reductionOf(view: NodeView): Reduction {
  const shape = view.shape(0);
  const written = writtenAxes(view) ?? [];
  const keepDims = (view.int('keepdims') ?? 1) !== 0;
  if (written.length > 0) return { axes: axesIn(view, written, shape.length), keepDims };
  return { axes: view.flag('noop_with_empty_axes') ? [] : shape.map((_, axis) => axis), keepDims };
}

/** The least and the greatest value that is left as it is. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** What a Clip cuts at, infinite where nothing is said; `undefined` where a bound is computed. */
export function clipBounds(view: NodeView): Bounds | undefined {
  const bound = (name: string, index: number, fallback: number) => {
    if (!view.has(index)) return view.float(name) ?? fallback;
    const value = view.constant(index)?.data[0];
    return value === undefined ? undefined : Number(value);
  };
  const min = bound('min', 1, Number.NEGATIVE_INFINITY);
  const max = bound('max', 2, Number.POSITIVE_INFINITY);
  return min === undefined || max === undefined ? undefined : { min, max };
}

/** What a Pad adds. */
export interface PadSettings {
  readonly mode: 'constant' | 'reflect' | 'edge' | 'wrap';
  /** Elements per dimension of the input; negative ones are cut off. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Of the added elements in mode `constant`. */
  readonly value: number;
}

/** @throws Problem `model/invalid`, or `model/unsupported-op` where its sizes or its value are computed */
export function padOf(view: NodeView): PadSettings {
  const rank = view.shape(0).length;
  const mode = view.text('mode') ?? 'constant';
  if (mode !== 'constant' && mode !== 'reflect' && mode !== 'edge' && mode !== 'wrap')
    throw view.problem(`has the unknown mode “${mode}”`);
  const pads = view.ints('pads') ?? view.neededNumbers(1);
  const written = view.numbers(3);
  const axes = written?.map((axis) => axisIn(view, axis, rank)) ?? view.shape(0).map((_, axis) => axis);
  if (pads.length !== 2 * axes.length)
    throw view.problem(`pads ${axes.length} dimensions with ${pads.length} numbers instead of two for each`);
  const before = new Array<number>(rank).fill(0);
  const after = new Array<number>(rank).fill(0);
  axes.forEach((axis, i) => {
    before[axis] = pads[i] ?? 0;
    after[axis] = pads[axes.length + i] ?? 0;
  });
  return { mode, before, after, value: view.float('value') ?? view.numbers(2)?.[0] ?? 0 };
}

/** What a Slice takes of one dimension: elements start, start + step, …, `count` of them. */
export interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** The dimensions that a Slice cuts; the others stay whole. */
export function cutsOf(view: NodeView): readonly Cut[] {
  const shape = view.shape(0);
  const starts = view.ints('starts') ?? view.neededNumbers(1);
  const ends = view.ints('ends') ?? view.neededNumbers(2);
  const axes = view.ints('axes') ?? view.numbers(3) ?? starts.map((_, i) => i);
  const steps = view.numbers(4) ?? starts.map(() => 1);
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length)
    throw view.problem('gives different numbers of starts, ends, axes and steps');
  return axes.map((written, i) => {
    const axis = axisIn(view, written, shape.length);
    const cut = { size: shape[axis] ?? 0, from: starts[i] ?? 0, to: ends[i] ?? 0, step: steps[i] ?? 1 };
    if (cut.step === 0) throw view.problem('has a step of 0');
    return { axis, step: cut.step, ...cutAlong(cut) };
  });
}

function cutAlong(cut: { size: number; from: number; to: number; step: number }) {
  const { size, step } = cut;
  const clamp = (at: number) => {
    const positive = at < 0 ? at + size : at;
    return step > 0 ? Math.min(Math.max(positive, 0), size) : Math.min(Math.max(positive, -1), size - 1);
  };
  // A start before the first element is the first, also when stepping backwards.
  const start = Math.max(clamp(cut.from), 0);
  return { start, count: Math.max(0, Math.ceil((clamp(cut.to) - start) / step)) };
}

/** Sizes along the split dimension of a Split's outputs. */
export function splitSizes(view: NodeView): readonly number[] {
  const axis = axisOf(view, 0);
  const size = view.shape(0)[axis] ?? 0;
  const count = view.int('num_outputs') ?? view.node.outputs.length;
  const written = view.ints('split') ?? view.numbers(1);
  if (written !== undefined) {
    const sum = written.reduce((total, part) => total + part, 0);
    if (sum === size && written.length === view.node.outputs.length && written.every((part) => part >= 0))
      return written;
    throw view.problem(`splits ${size} elements into [${written}] for ${view.node.outputs.length} outputs`);
  }
  const part = Math.ceil(size / count);
  if (count !== view.node.outputs.length || (view.opset < 18 && part * count !== size))
    throw view.problem(`cannot split ${size} elements into ${count} equal parts`);
  return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(part, size - i * part)));
}

/** What Softmax and LogSoftmax run over. */
export interface SoftmaxSettings {
  readonly axis: number;
  /** Before set 13: over all dimensions from `axis` on together, not over `axis` alone. */
  readonly together: boolean;
}

/** @throws Problem `model/invalid` for a dimension that is not there */
export function softmaxOf(view: NodeView): SoftmaxSettings {
  const together = view.opset < 13;
  const { length } = view.shape(0);
  // Set 12 and older flatten to two dimensions, so the axis may lie behind the last one.
  const axis = view.int('axis') ?? (together ? 1 : -1);
  return { axis: together && axis === length ? length : axisIn(view, axis, Math.max(1, length)), together };
}

/** Which elements a TopK takes along one dimension. */
export interface TopKSettings {
  readonly k: number;
  readonly axis: number;
  readonly largest: boolean;
  readonly sorted: boolean;
}

/** @throws Problem `model/invalid` for more elements than there are, `model/unsupported-op` where k is computed */
export function topKOf(view: NodeView): TopKSettings {
  const axis = axisOf(view, -1);
  const k = view.int('k') ?? view.neededNumbers(1)[0] ?? -1;
  const size = view.shape(0)[axis] ?? 0;
  if (k < 0 || k > size) throw view.problem(`asks for ${k} of ${size} elements`);
  const isSet = (name: string) => (view.int(name) ?? 1) !== 0;
  return { k, axis, largest: isSet('largest'), sorted: isSet('sorted') };
}

/** The order in which a Transpose takes the dimensions of its input. */
export function permutationOf(view: NodeView): readonly number[] {
  const { length } = view.shape(0);
  const written = view.ints('perm');
  if (written === undefined) return Array.from({ length }, (_, i) => length - 1 - i);
  axesIn(view, written, length);
  if (written.length !== length) throw view.problem(`orders ${written.length} of ${length} dimensions`);
  return written.map((axis) => axisIn(view, axis, length));
}
