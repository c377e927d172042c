import type { StridedSliceOptions } from '../model/options.ts';
import type { OpOf } from '../model/types.ts';
import type { Lower } from './elementwise.ts';
import type { Lowering } from './lowering.ts';

/** Beyond the end of every dimension; ONNX's Slice clamps to it. */
const beyond = 2 ** 31 - 1;

/** The part of one dimension that is kept. */
interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Inputs [x, begin, size]; a size of −1 is all the rest. */
export const slice: Lower<'SLICE'> = (op, to) => {
  const begin = to.integers(op.inputs[1], 'begins');
  const sizes = to.integers(op.inputs[2], 'sizes');
  const cuts = begin.map((start, axis) => {
    const size = sizes[axis] ?? -1;
    return { axis, start, end: size < 0 ? beyond : start + size, step: 1 };
  });
  to.define(op.outputs[0], cutOut(op, to, cuts));
};

/** Inputs [x, begin, end, strides]; new and shrunk dimensions come from the output's shape in the file. */
export const stridedSlice: Lower<'STRIDED_SLICE'> = (op, to) => {
  const lists = op.inputs.slice(1, 4).map((id) => to.integers(id, 'bounds'));
  const [begin = [], end = [], strides = []] = lists;
  const rank = to.shape(op.inputs[0]).length;
  const cuts = stridedCuts({ begin, end, strides, rank }, op.options);
  const value = cutOut(op, to, cuts);
  to.define(
    op.outputs[0],
    to.node('Reshape', [value, to.vector(to.shape(op.outputs[0]))], { allowzero: { int: 1 } }),
  );
};

/** numpy's slicing with masks, one bit per entry (TensorFlow's `strided_slice`). */
function stridedCuts(
  bounds: {
    readonly begin: readonly number[];
    readonly end: readonly number[];
    readonly strides: readonly number[];
    readonly rank: number;
  },
  options: StridedSliceOptions,
): readonly Cut[] {
  const has = (mask: number, entry: number) => ((mask >> entry) & 1) === 1;
  const added = bounds.begin.filter((_, entry) =>
    has(options.newAxisMask & ~options.ellipsisMask, entry),
  ).length;
  const cuts: Cut[] = [];
  let axis = 0;
  bounds.begin.forEach((start, entry) => {
    if (has(options.ellipsisMask, entry)) {
      axis += bounds.rank - (bounds.begin.length - added - 1);
      return;
    }
    if (has(options.newAxisMask, entry)) return;
    const step = bounds.strides[entry] ?? 1;
    const stated = (bounds.end[entry] ?? beyond) + (options.offset ? start : 0);
    const first = has(options.beginMask, entry) ? (step > 0 ? 0 : beyond) : start;
    const last = has(options.endMask, entry) ? (step > 0 ? beyond : -beyond) : stated;
    // A shrunk dimension keeps one element; −1 + 1 would be 0, the front.
    const shrunk = { axis, start, end: start === -1 ? beyond : start + 1, step: 1 };
    cuts.push(has(options.shrinkAxisMask, entry) ? shrunk : { axis, start: first, end: last, step });
    axis++;
  });
  return cuts;
}

/** Reverses the axes in the second input. */
export const reverse: Lower<'REVERSE_V2'> = (op, to) => {
  const axes = to.integers(op.inputs[1], 'axes');
  const cuts = axes.map((axis) => ({ axis, start: beyond, end: -beyond, step: -1 }));
  to.define(op.outputs[0], cutOut(op, to, cuts));
};

function cutOut(
  op: OpOf<'SLICE' | 'STRIDED_SLICE' | 'REVERSE_V2'>,
  to: Lowering,
  cuts: readonly Cut[],
): string {
  return to.node('Slice', [
    to.value(op.inputs[0]),
    to.vector(cuts.map(({ start }) => start)),
    to.vector(cuts.map(({ end }) => end)),
    to.vector(cuts.map(({ axis }) => axis)),
    to.vector(cuts.map(({ step }) => step)),
  ]);
}

/** SPLIT has inputs [axis, x], SPLIT_V [x, sizes, axis]; the sizes stand in the outputs' shapes. */
export function split(op: OpOf<'SPLIT' | 'SPLIT_V'>, to: Lowering): void {
  const [input, axisInput] =
    op.kind === 'SPLIT' ? [op.inputs[1], op.inputs[0]] : [op.inputs[0], op.inputs[2]];
  const [axis = 0] = to.integers(axisInput, 'axes');
  const sizes = op.outputs.map((id) => to.shape(id).at(axis) ?? 0);
  const parts = to.split(to.value(input), axis, sizes);
  op.outputs.forEach((id, index) => {
    to.define(id, parts[index] ?? '');
  });
}
