/** Steps of random graphs that move elements. */
import type { Shape } from '../../src/core/model/types.ts';
import { axisOf, type Step } from './random-step.ts';

export const padded =
  (kind: 'PAD' | 'PADV2' | 'MIRROR_PAD'): Step =>
  ({ g, x, p, q }) => {
    const pads = x.shape.flatMap((size, axis) => {
      const limit = kind === 'MIRROR_PAD' ? size : 2;
      return [((p >> axis) & 1) % limit, ((q >> axis) & 1) % limit];
    });
    const shape = x.shape.map((size, axis) => size + (pads[2 * axis] ?? 0) + (pads[2 * axis + 1] ?? 0));
    const list = g.integers(pads, [x.shape.length, 2]);
    if (kind === 'PADV2') return g.make(kind, {}, [x.id, list, g.constant([], [-3]).id], shape);
    return kind === 'PAD'
      ? g.make(kind, {}, [x.id, list], shape)
      : g.make(kind, { mode: 'REFLECT' }, [x.id, list], shape);
  };

export const sliced: Step = ({ g, x, p, q }) => {
  const begins = x.shape.map((size, axis) => ((p >> axis) & 1) % size);
  const sizes = x.shape.map((size, axis) => Math.max(1, size - (begins[axis] ?? 0) - ((q >> axis) & 1)));
  return g.make('SLICE', {}, [x.id, g.integers(begins), g.integers(sizes)], sizes);
};

export const strided: Step = ({ g, x, p, q }) => {
  const shrunk = axisOf(x, q);
  const drops = p % 2 === 1 && x.shape.length > 1;
  const bit = (mask: number, axis: number) => (mask >> axis) & 1;
  // Masked begins and ends stand for the whole dimension, whatever is written.
  const [beginMask, endMask] = [drops ? (q >> 2) & ~(1 << shrunk) : q >> 2, p >> 3];
  const begins = x.shape.map((size, axis) => (drops && axis === shrunk ? size - 1 : bit(p, axis) % size));
  const ends = x.shape.map((size, axis) => Math.max((begins[axis] ?? 0) + 1, size - bit(q, axis)));
  const steps = x.shape.map((_, axis) => (drops && axis === shrunk ? 1 : 1 + bit(q, axis + 1)));
  const sizes = x.shape.map((size, axis) => {
    const from = bit(beginMask, axis) ? 0 : (begins[axis] ?? 0);
    const to = bit(endMask, axis) ? size : (ends[axis] ?? size);
    return Math.ceil((to - from) / (steps[axis] ?? 1));
  });
  const masks = { beginMask, endMask, ellipsisMask: 0, newAxisMask: 0, offset: false };
  const options = { ...masks, shrinkAxisMask: drops ? 1 << shrunk : 0 };
  const lists = [begins, ends, steps].map((list) => g.integers(list));
  const shape = drops ? sizes.toSpliced(shrunk, 1) : sizes;
  return g.make('STRIDED_SLICE', options, [x.id, ...lists], shape);
};

export const split: Step = ({ g, x, p, q }) => {
  const axis = axisOf(x, p);
  const size = x.shape[axis] ?? 1;
  if (size % 2 === 1) return g.unary('NEG', x);
  const parts = [0, 1].map(() => g.value(x.shape.with(axis, size / 2)));
  const ids = parts.map(({ id }) => id);
  if (q % 2) g.op('SPLIT', { count: 2 }, [[g.integers([axis], []), x.id], ids]);
  else g.op('SPLIT_V', { count: 2 }, [[x.id, g.integers([size / 2, size / 2]), g.integers([axis], [])], ids]);
  return parts;
};

export const packed: Step = ({ g, x, p }) => {
  if (x.shape.length > 4) return g.unary('NEG', x);
  const axis = p % (x.shape.length + 1);
  const y = g.unary('ABS', x);
  return g.make('PACK', { axis, count: 2 }, [x.id, y.id], x.shape.toSpliced(axis, 0, 2));
};
export const unpacked: Step = ({ g, x, p }) => {
  const axis = axisOf(x, p);
  const count = x.shape[axis] ?? 1;
  if (x.shape.length < 2) return g.unary('NEG', x);
  const parts = Array.from({ length: count }, () => g.value(x.shape.toSpliced(axis, 1)));
  g.op('UNPACK', { axis, count }, [[x.id], parts.map(({ id }) => id)]);
  return parts;
};

export const gathered: Step = ({ g, x, p, q }) => {
  const axis = axisOf(x, p);
  const size = x.shape[axis] ?? 1;
  const options = { axis, batchDims: 0 };
  return q % 3 === 0 && x.shape.length > 1
    ? g.make('GATHER', options, [x.id, g.integers([size - 1], [])], x.shape.toSpliced(axis, 1))
    : g.make('GATHER', options, [x.id, g.integers([size - 1, 0])], x.shape.with(axis, 2));
};

export const tiled: Step = ({ g, x, p, q }) => {
  const times = x.shape.map((_, axis) => (axis === axisOf(x, p) ? 2 : 1));
  if (q % 2)
    return g.make(
      'TILE',
      {},
      [x.id, g.integers(times)],
      x.shape.map((size, i) => size * (times[i] ?? 1)),
    );
  const shape = x.shape.map((size, axis) => (size === 1 && (p >> axis) & 1 ? 2 : size));
  return g.make('BROADCAST_TO', {}, [x.id, g.integers(shape)], shape);
};

/** Splits a dimension, joins two, or puts in or takes out one of size 1. */
function reshapes(shape: Shape, p: number, q: number): Shape {
  const axis = p % shape.length;
  const size = shape[axis] ?? 1;
  const choices: readonly Shape[] = [
    shape.length < 5 ? shape.toSpliced(axis, 0, 1) : shape,
    shape.length > 1 && size === 1 ? shape.toSpliced(axis, 1) : shape,
    axis + 1 < shape.length ? shape.toSpliced(axis, 2, size * (shape[axis + 1] ?? 1)) : shape,
    size % 2 === 0 && shape.length < 5 ? shape.toSpliced(axis, 1, 2, size / 2) : shape,
  ];
  return choices[q % choices.length] ?? shape;
}
export const reshaped: Step = ({ g, x, p, q }) => {
  const shape = reshapes(x.shape, p, q);
  const kind = shape.length > x.shape.length && q % 4 === 0 ? 'EXPAND_DIMS' : 'RESHAPE';
  return kind === 'RESHAPE'
    ? g.reshape(x, shape)
    : g.make(kind, {}, [x.id, g.integers([p % x.shape.length], [1])], shape);
};
export const squeezed: Step = ({ g, x }) => {
  const squeezeDims = x.shape
    .flatMap((size, axis) => (size === 1 ? [axis] : []))
    .slice(0, x.shape.length - 1);
  const shape = x.shape.filter((_, axis) => !squeezeDims.includes(axis));
  return g.make('SQUEEZE', { squeezeDims }, [x.id], shape);
};

export const transposed: Step = ({ g, x, p, q }) => {
  const order = x.shape.map((_, axis) => axis);
  const [i, j] = [p % order.length, q % order.length];
  return g.transpose(x, order.with(i, order[j] as number).with(j, order[i] as number));
};
