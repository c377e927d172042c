import { elementCount } from '../../model/data.ts';
import type { Shape } from '../../model/types.ts';
import {
  axisIn,
  axisOf,
  cutsOf,
  padOf,
  permutationOf,
  splitSizes,
  squeezedAxes,
  unsqueezedAxes,
} from '../node-attributes.ts';
import type { NodeView } from '../node-view.ts';
import { resizeOf } from '../resize-settings.ts';
import { broadcast, expectRank, expectSameType, likeFirst, type ShapeRule } from './rule.ts';

const reshape: ShapeRule = (view) => {
  const shape = view.shape(0);
  const written = view.ints('shape') ?? view.neededNumbers(1);
  const copied = written.map((size, i) => (size === 0 && !view.flag('allowzero') ? shape[i] : size));
  const known = copied
    .filter((size) => size !== -1)
    .reduce<number>((total, size) => total * (size ?? Number.NaN), 1);
  const count = elementCount(shape);
  const target = copied.map((size) => (size === -1 ? count / known : (size ?? 0)));
  const open = copied.filter((size) => size === -1).length;
  const whole = target.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (open <= 1 && whole && elementCount(target) === count) return likeFirst(view, target);
  throw view.problem(`gives [${shape}] the shape [${written}], which has another number of elements`);
};

const flatten: ShapeRule = (view) => {
  const shape = view.shape(0);
  const written = view.int('axis') ?? 1;
  const axis = written === shape.length ? written : axisIn(view, written, shape.length);
  return likeFirst(view, [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))]);
};

const squeeze: ShapeRule = (view) => {
  const gone = new Set(squeezedAxes(view));
  return likeFirst(
    view,
    view.shape(0).filter((_, axis) => !gone.has(axis)),
  );
};

const unsqueeze: ShapeRule = (view) => {
  const shape = [...view.shape(0)];
  for (const axis of unsqueezedAxes(view)) shape.splice(axis, 0, 1);
  return likeFirst(view, shape);
};

const transpose: ShapeRule = (view) => {
  const shape = view.shape(0);
  return likeFirst(
    view,
    permutationOf(view).map((axis) => shape[axis] ?? 0),
  );
};

const concat: ShapeRule = (view) => {
  const axis = axisOf(view, view.opset < 4 ? 1 : undefined);
  const shapes = view.node.inputs.map((_, i) => view.shape(i));
  expectSameType(view, [...shapes.keys()]);
  const [first = []] = shapes;
  const fits = (shape: Shape) =>
    shape.length === first.length && shape.every((size, i) => i === axis || size === first[i]);
  const odd = shapes.find((shape) => !fits(shape));
  if (odd !== undefined)
    throw view.problem(`joins [${first}] and [${odd}] along dimension ${axis}, which do not fit`);
  const total = shapes.reduce((sum, shape) => sum + (shape[axis] ?? 0), 0);
  return likeFirst(view, first.with(axis, total));
};

const split: ShapeRule = (view) => {
  const axis = axisOf(view, 0);
  const { dtype, shape } = view.type(0);
  return splitSizes(view).map((size) => ({ dtype, shape: shape.with(axis, size) }));
};

const slice: ShapeRule = (view) => {
  const shape = [...view.shape(0)];
  for (const { axis, count } of cutsOf(view)) shape[axis] = count;
  return likeFirst(view, shape);
};

const gather: ShapeRule = (view) => {
  const shape = view.shape(0);
  const axis = axisOf(view, 0);
  return likeFirst(view, [...shape.slice(0, axis), ...view.shape(1), ...shape.slice(axis + 1)]);
};

const gatherNd: ShapeRule = (view) => {
  const [shape, indices] = [view.shape(0), view.shape(1)];
  const batch = view.int('batch_dims') ?? 0;
  const depth = indices.at(-1) ?? 0;
  if (indices.length === 0 || batch + depth > shape.length)
    throw view.problem(`picks from [${shape}] with indices [${indices}], which do not fit`);
  return likeFirst(view, [...indices.slice(0, -1), ...shape.slice(batch + depth)]);
};

const pad: ShapeRule = (view) => {
  const { before, after } = padOf(view);
  expectSameType(view, [0, 2]);
  const shape = view.shape(0).map((size, i) => size + (before[i] ?? 0) + (after[i] ?? 0));
  if (shape.some((size) => size < 0)) throw view.problem(`cuts off more than [${view.shape(0)}] has`);
  return likeFirst(view, shape);
};

const expand: ShapeRule = (view) => likeFirst(view, broadcast(view, [view.shape(0), view.neededNumbers(1)]));

const tile: ShapeRule = (view) => {
  const repeats = view.neededNumbers(1);
  const shape = view.shape(0);
  if (repeats.length !== shape.length || repeats.some((count) => count < 0))
    throw view.problem(`repeats [${shape}] by [${repeats}]`);
  return likeFirst(
    view,
    shape.map((size, i) => size * (repeats[i] ?? 1)),
  );
};

/** Blocks of `blocksize`² channels become pixels, or the other way round. */
function blocks(view: NodeView, toSpace: boolean): Shape {
  const [batch = 0, channels = 0, height = 0, width = 0] = expectRank(view, 0, 4);
  const block = view.int('blocksize') ?? 0;
  const shape = toSpace
    ? [batch, channels / block ** 2, height * block, width * block]
    : [batch, channels * block ** 2, height / block, width / block];
  if (block >= 1 && shape.every(Number.isInteger)) return shape;
  throw view.problem(`cannot rearrange [${view.shape(0)}] by blocks of ${block}`);
}

/** The same elements in other places, some of them left out, repeated or interpolated. */
export const rearrangeShapes: Readonly<Record<string, ShapeRule>> = {
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  GatherElements: (view) => likeFirst(view, view.shape(1)),
  GatherND: gatherNd,
  ScatterElements: (view) => [view.type(0)],
  ScatterND: (view) => [view.type(0)],
  Pad: pad,
  Expand: expand,
  Tile: tile,
  DepthToSpace: (view) => likeFirst(view, blocks(view, true)),
  SpaceToDepth: (view) => likeFirst(view, blocks(view, false)),
  Resize: (view) => likeFirst(view, resizeOf(view).outputShape),
  Upsample: (view) => likeFirst(view, resizeOf(view).outputShape),
};
