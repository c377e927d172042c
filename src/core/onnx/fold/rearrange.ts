import { elementCount } from '../../model/data.ts';
import type { TensorData } from '../../model/types.ts';
import { axisOf, cutsOf, padOf, permutationOf, splitSizes } from '../node-attributes.ts';
import { emptyOf, reshaped, stretchedTo, stridesOf, walked } from './elements.ts';
import type { FoldRule } from './rule.ts';

/** Only the shape changes. */
const sameElements: FoldRule = (view, [type]) => {
  const value = view.constant(0);
  return value && type && [reshaped(value, type.shape)];
};

const transpose: FoldRule = (view, [type]) => {
  const value = view.constant(0);
  if (value === undefined || type === undefined) return undefined;
  const strides = stridesOf(value.shape);
  return [
    walked(value, { shape: type.shape, strides: permutationOf(view).map((axis) => strides[axis] ?? 0) }),
  ];
};

const expand: FoldRule = (view, [type]) => {
  const value = view.constant(0);
  return value && type && [stretchedTo(value, type.shape)];
};

const slice: FoldRule = (view, [type]) => {
  const value = view.constant(0);
  if (value === undefined || type === undefined) return undefined;
  const strides = [...stridesOf(value.shape)];
  let offset = 0;
  for (const { axis, start, step } of cutsOf(view)) {
    offset += start * (strides[axis] ?? 0);
    strides[axis] = (strides[axis] ?? 0) * step;
  }
  return [walked(value, { shape: type.shape, strides, offset })];
};

const split: FoldRule = (view, types) => {
  const value = view.constant(0);
  if (value === undefined) return undefined;
  const axis = axisOf(view, 0);
  const strides = stridesOf(value.shape);
  let start = 0;
  return splitSizes(view).map((size, i) => {
    const offset = start * (strides[axis] ?? 0);
    start += size;
    return walked(value, { shape: types[i]?.shape ?? [], strides, offset });
  });
};

/** Each dimension is repeated as a whole, so it is read as a pair: the repetition, which does not move, and itself. */
const tile: FoldRule = (view, [type]) => {
  const value = view.constant(0);
  if (value === undefined || type === undefined) return undefined;
  const own = stridesOf(value.shape);
  const shape = value.shape.flatMap((size, i) => [size === 0 ? 0 : (type.shape[i] ?? 0) / size, size]);
  const strides = own.flatMap((stride) => [0, stride]);
  return [reshaped(walked(value, { shape, strides }), type.shape)];
};

const concat: FoldRule = (view, [type]) => {
  if (type === undefined) return undefined;
  const axis = axisOf(view, view.opset < 4 ? 1 : undefined);
  const outer = elementCount(type.shape.slice(0, axis));
  const row = elementCount(type.shape.slice(axis));
  const data = emptyOf(type);
  let start = 0;
  view.node.inputs.forEach((_, index) => {
    const value = view.constant(index);
    const part = value === undefined ? 0 : elementCount(value.shape.slice(axis));
    for (let i = 0; i < outer; i++)
      data.set(value?.data.subarray(i * part, (i + 1) * part) as never, i * row + start);
    start += part;
  });
  return [{ ...type, data }];
};

const gather: FoldRule = (view, [type]) => {
  const value = view.constant(0);
  if (value === undefined || type === undefined) return undefined;
  const axis = axisOf(view, 0);
  const size = value.shape[axis] ?? 0;
  const block = elementCount(value.shape.slice(axis + 1));
  const indices = view.neededNumbers(1).map((index) => (index < 0 ? index + size : index));
  const outside = indices.find((index) => index < 0 || index >= size);
  if (outside !== undefined) throw view.problem(`picks element ${outside} of ${size}`);
  const data = emptyOf(type);
  let at = 0;
  for (let outer = 0; outer < elementCount(value.shape.slice(0, axis)); outer++)
    for (const index of indices) {
      const from = (outer * size + index) * block;
      data.set(value.data.subarray(from, from + block) as never, at);
      at += block;
    }
  return [{ ...type, data }];
};

/** Only zeros and other constants around a value that loses nothing; the rest is rare on constants. */
const pad: FoldRule = (view, [type]) => {
  const value = view.constant(0);
  const { mode, before, after, value: filler } = padOf(view);
  const plain = mode === 'constant' && [...before, ...after].every((count) => count >= 0);
  if (value === undefined || type === undefined || !plain) return undefined;
  return [padded(value, { shape: type.shape, before, filler })];
};

function padded(
  value: TensorData,
  to: { readonly shape: readonly number[]; readonly before: readonly number[]; readonly filler: number },
): TensorData {
  const data = emptyOf({ dtype: value.dtype, shape: to.shape });
  const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  data.fill((wide ? BigInt(Math.trunc(to.filler)) : to.filler) as never);
  const strides = stridesOf(to.shape);
  const own = stridesOf(value.shape);
  for (let i = 0; i < value.data.length; i++) {
    let at = 0;
    own.forEach((stride, axis) => {
      const along = Math.floor(i / stride) % (value.shape[axis] ?? 1);
      at += (along + (to.before[axis] ?? 0)) * (strides[axis] ?? 0);
    });
    data[at] = value.data[i] ?? 0;
  }
  return { dtype: value.dtype, shape: to.shape, data };
}

/** The same elements in other places. */
export const rearrangeFolds: Readonly<Record<string, FoldRule>> = {
  Identity: sameElements,
  Reshape: sameElements,
  Flatten: sameElements,
  Squeeze: sameElements,
  Unsqueeze: sameElements,
  Transpose: transpose,
  Expand: expand,
  Slice: slice,
  Split: split,
  Tile: tile,
  Concat: concat,
  Gather: gather,
  Pad: pad,
};
