import * as fc from 'fast-check';
import type { KnownKind, Model, Shape } from '../../src/core/model/types.ts';
import { NchwGraph, type Value } from './nchw-graph.ts';

/** What a step may choose by: numbers that are taken modulo what there is to choose from. */
export interface Draw {
  readonly step: number;
  readonly a: number;
  readonly b: number;
  readonly p: number;
  readonly q: number;
}

interface Site {
  readonly g: NchwGraph;
  readonly x: Value;
  /** Another value, of any shape. */
  readonly other: Value;
  readonly p: number;
  readonly q: number;
}

/** Adds ops on `x`; every result is made of whole numbers again. */
type Step = (site: Site) => Value | readonly Value[];

const isImage = ({ shape }: Value) => shape.length === 4;

/** Whole numbers from −8 to 8: later sums stay exact, so that results do not depend on their order. */
function whole(g: NchwGraph, x: Value): Value {
  const high = g.pair('MINIMUM', x, g.constant([], [8]));
  return g.unary('ROUND', g.pair('MAXIMUM', high, g.constant([], [-8])));
}

const unary =
  (kind: KnownKind): Step =>
  ({ g, x }) =>
    g.unary(kind, x);
const inexact =
  (kind: KnownKind): Step =>
  ({ g, x }) =>
    whole(g, g.unary(kind, x));
const positive =
  (kind: KnownKind): Step =>
  ({ g, x }) => {
    const one = g.pair('ADD', g.unary('ABS', x), g.constant([], [1]));
    return whole(g, g.unary(kind, one));
  };

/** The other operand: a constant for some of the dimensions, or another value where shapes allow. */
function operand({ g, x, other, p, q }: Site): Value {
  const fits = other.shape.every((size, i) => {
    const own = x.shape[i + x.shape.length - other.shape.length];
    return own !== undefined && (size === own || size === 1 || own === 1);
  });
  if (fits && p % 2 === 0) return other;
  const shape = x.shape.map((size, axis) => ((q >> axis) & 1 ? size : 1));
  return g.weights(p % 3 === 0 ? shape : shape.slice(p % (shape.length + 1)));
}

const pair =
  (kind: KnownKind): Step =>
  (site) =>
    whole(site.g, site.g.pair(kind, site.x, operand(site)));
const divided =
  (kind: KnownKind): Step =>
  (site) => {
    const { g, x } = site;
    const divisor = g.pair('ADD', g.unary('ABS', operand(site)), g.constant([], [1]));
    return whole(g, g.pair(kind, x, divisor));
  };
const compared =
  (kind: KnownKind): Step =>
  (site) => {
    const { g, x } = site;
    const y = operand(site);
    const bool = g.pair(kind, x, y, { dtype: 'bool' });
    const not = g.value(bool.shape, { dtype: 'bool' });
    g.op('LOGICAL_NOT', {}, [[bool.id], [not.id]]);
    const both = g.pair(site.p % 2 ? 'LOGICAL_OR' : 'LOGICAL_AND', not, bool, { dtype: 'bool' });
    const chosen = site.q % 2 ? both : not;
    return g.make('SELECT_V2', {}, [chosen.id, x.id, y.id], bool.shape);
  };

const axisOf = ({ shape }: Value, p: number) => p % Math.max(1, shape.length);
const reduced =
  (kind: 'MEAN' | 'SUM' | 'REDUCE_MAX' | 'REDUCE_MIN' | 'REDUCE_PROD'): Step =>
  ({ g, x, p, q }) => {
    const axes = x.shape.map((_, axis) => axis).filter((axis) => (p >> axis) & 1);
    return whole(g, g.reduce(kind, x, axes.length === 0 ? [axisOf(x, q)] : axes, q % 2 === 0));
  };
const argument =
  (kind: 'ARG_MAX' | 'ARG_MIN'): Step =>
  ({ g, x, p }) => {
    const axis = axisOf(x, p);
    const position = g.value(x.shape.toSpliced(axis, 1), { dtype: 'int32' });
    g.op(kind, {}, [[x.id, g.integers([axis], [])], [position.id]]);
    return g.make('CAST', {}, [position.id], position.shape);
  };

const padded =
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

const sliced: Step = ({ g, x, p, q }) => {
  const begins = x.shape.map((size, axis) => ((p >> axis) & 1) % size);
  const sizes = x.shape.map((size, axis) => Math.max(1, size - (begins[axis] ?? 0) - ((q >> axis) & 1)));
  return g.make('SLICE', {}, [x.id, g.integers(begins), g.integers(sizes)], sizes);
};

const strided: Step = ({ g, x, p, q }) => {
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

const split: Step = ({ g, x, p, q }) => {
  const axis = axisOf(x, p);
  const size = x.shape[axis] ?? 1;
  if (size % 2 === 1) return g.unary('NEG', x);
  const parts = [0, 1].map(() => g.value(x.shape.with(axis, size / 2)));
  const ids = parts.map(({ id }) => id);
  if (q % 2) g.op('SPLIT', { count: 2 }, [[g.integers([axis], []), x.id], ids]);
  else g.op('SPLIT_V', { count: 2 }, [[x.id, g.integers([size / 2, size / 2]), g.integers([axis], [])], ids]);
  return parts;
};

const packed: Step = ({ g, x, p }) => {
  if (x.shape.length > 4) return g.unary('NEG', x);
  const axis = p % (x.shape.length + 1);
  const y = g.unary('ABS', x);
  return g.make('PACK', { axis, count: 2 }, [x.id, y.id], x.shape.toSpliced(axis, 0, 2));
};
const unpacked: Step = ({ g, x, p }) => {
  const axis = axisOf(x, p);
  const count = x.shape[axis] ?? 1;
  if (x.shape.length < 2) return g.unary('NEG', x);
  const parts = Array.from({ length: count }, () => g.value(x.shape.toSpliced(axis, 1)));
  g.op('UNPACK', { axis, count }, [[x.id], parts.map(({ id }) => id)]);
  return parts;
};

const gathered: Step = ({ g, x, p, q }) => {
  const axis = axisOf(x, p);
  const size = x.shape[axis] ?? 1;
  const options = { axis, batchDims: 0 };
  return q % 3 === 0 && x.shape.length > 1
    ? g.make('GATHER', options, [x.id, g.integers([size - 1], [])], x.shape.toSpliced(axis, 1))
    : g.make('GATHER', options, [x.id, g.integers([size - 1, 0])], x.shape.with(axis, 2));
};

const tiled: Step = ({ g, x, p, q }) => {
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
const reshaped: Step = ({ g, x, p, q }) => {
  const shape = reshapes(x.shape, p, q);
  const kind = shape.length > x.shape.length && q % 4 === 0 ? 'EXPAND_DIMS' : 'RESHAPE';
  return kind === 'RESHAPE'
    ? g.reshape(x, shape)
    : g.make(kind, {}, [x.id, g.integers([p % x.shape.length], [1])], shape);
};
const squeezed: Step = ({ g, x }) => {
  const squeezeDims = x.shape
    .flatMap((size, axis) => (size === 1 ? [axis] : []))
    .slice(0, x.shape.length - 1);
  const shape = x.shape.filter((_, axis) => !squeezeDims.includes(axis));
  return g.make('SQUEEZE', { squeezeDims }, [x.id], shape);
};

const transposed: Step = ({ g, x, p, q }) => {
  const order = x.shape.map((_, axis) => axis);
  const [i, j] = [p % order.length, q % order.length];
  return g.transpose(x, order.with(i, order[j] as number).with(j, order[i] as number));
};

const overLast =
  (kind: 'SOFTMAX' | 'LOG_SOFTMAX' | 'L2_NORMALIZATION'): Step =>
  ({ g, x, p }) => {
    const options = { beta: 1, activation: 'NONE' } as never;
    const make = (id: Value['id'], shape: Shape) => {
      const result = g.tensor(shape);
      g.op(kind, options, [[id], [result]]);
      return [result, shape] as const;
    };
    const y = isImage(x) && p % 2 ? g.wrapped(x, make) : g.make(kind, options, [x.id], x.shape);
    return whole(g, g.pair('MUL', y, g.constant([], [16])));
  };
const topK: Step = ({ g, x }) => {
  const shape = x.shape.with(-1, 1);
  const [values, positions] = [g.value(shape), g.value(shape, { dtype: 'int32' })];
  g.op('TOPK_V2', {}, [
    [x.id, g.integers([1], [])],
    [values.id, positions.id],
  ]);
  return values;
};

const quantized: Step = ({ g, x }) => {
  const quant = { scale: Float32Array.of(0.5), zeroPoint: Int32Array.of(3), axis: 0 };
  const integer = g.value(x.shape, { dtype: 'int8', quant });
  g.op('QUANTIZE', {}, [[x.id], [integer.id]]);
  return whole(g, g.make('DEQUANTIZE', {}, [integer.id], x.shape));
};
const cast: Step = ({ g, x }) => {
  const integer = g.value(x.shape, { dtype: 'int32' });
  g.op('CAST', {}, [[x.id], [integer.id]]);
  return g.make('CAST', {}, [integer.id], x.shape);
};
const selected: Step = ({ g, x }) => {
  const bool = g.pair('GREATER', x, g.constant([], [0]), { dtype: 'bool' });
  return g.make('SELECT', {}, [bool.id, x.id, g.unary('NEG', x).id], x.shape);
};
const prelu: Step = (site) => {
  const { g, x, p } = site;
  const slope = g.weights(
    x.shape.map((size, axis) => (axis === axisOf(x, p) && axis > 0 ? size : 1)).slice(1),
  );
  return x.shape.length < 2 ? g.unary('RELU', x) : whole(g, g.make('PRELU', {}, [x.id, slope.id], x.shape));
};

const image =
  (make: (site: Site) => Value): Step =>
  (site) =>
    isImage(site.x) && site.x.shape.every((size) => size > 0) ? make(site) : site.g.unary('RELU', site.x);

/** Every way to go on, by the kind that it shows. */
const steps: Readonly<Record<string, Step>> = {
  CONV_2D: image(({ g, x, p, q }) =>
    whole(g, g.conv(x, 2 + (p % 3), { size: 1 + (q % 3), stride: 1 + (p % 2) })),
  ),
  CONV_RELU: image(({ g, x, p }) => whole(g, g.unary(p % 2 ? 'RELU6' : 'RELU', g.conv(x, 4)))),
  CONV_SCALE: image(({ g, x }) => {
    const scaled = g.pair('MUL', g.conv(x, 4, { size: 3 }), g.weights([4, 1, 1]));
    return whole(g, g.pair('ADD', scaled, g.weights([1, 4, 1, 1])));
  }),
  PAD_CONV: image(({ g, x, p }) => {
    const [n = 1, c = 1, h = 1, w = 1] = x.shape;
    const list = g.integers([0, 0, 0, 0, 1, 1, 1, 1], [4, 2]);
    const wide = g.make('PAD', {}, [x.id, list], [n, c, h + 2, w + 2]);
    return whole(g, g.conv(wide, 3, { size: 3, stride: 1 + (p % 2), padding: 'VALID' }));
  }),
  DEPTHWISE_CONV_2D: image(({ g, x }) => whole(g, g.conv(x, 0, { size: 3, depthwise: true }))),
  MAX_POOL_2D: image(({ g, x }) => g.pool(x, 'MAX_POOL_2D')),
  AVERAGE_POOL_2D: image(({ g, x }) => whole(g, g.pool(x, 'AVERAGE_POOL_2D'))),
  RESIZE: image(({ g, x }) => ((x.shape[2] ?? 1) < 5 ? g.resize(x, 2) : g.pool(x, 'MAX_POOL_2D'))),
  FLATTEN: ({ g, x, p, q }) => {
    const [rows = 1, ...rest] = x.shape;
    const width = rest.reduce((product, size) => product * size, 1);
    const flat = g.reshape(x, [rows, width]);
    return whole(g, g.dense(p % 2 ? g.unary('RELU', flat) : flat, 2 + (q % 3)));
  },
  DENSE_ROWS: ({ g, x }) => {
    const width = x.shape.at(-1) ?? 1;
    const options = { activation: 'NONE', keepNumDims: true, weightsFormat: 'DEFAULT' } as const;
    const inputs = [x.id, g.weights([3, width]).id, g.weights([3]).id];
    return whole(g, g.make('FULLY_CONNECTED', options, inputs, x.shape.with(-1, 3)));
  },
  SILU: ({ g, x }) => whole(g, g.pair('MUL', x, g.unary('LOGISTIC', x))),
  CONCATENATION: ({ g, x, p }) => g.concat([x, g.unary('ABS', x)], axisOf(x, p)),
  ADD_N: ({ g, x }) => whole(g, g.make('ADD_N', {}, [x.id, g.unary('NEG', x).id, x.id], x.shape)),
  REVERSE_V2: ({ g, x, p }) => g.make('REVERSE_V2', {}, [x.id, g.integers([axisOf(x, p)])], x.shape),
  CUMSUM: ({ g, x, p }) =>
    whole(
      g,
      g.make(
        'CUMSUM',
        { exclusive: false, reverse: p % 2 === 1 },
        [x.id, g.integers([axisOf(x, p)], [])],
        x.shape,
      ),
    ),
  LEAKY_RELU: ({ g, x }) => whole(g, g.make('LEAKY_RELU', { alpha: 0.5 }, [x.id], x.shape)),
  GELU: ({ g, x }) => whole(g, g.make('GELU', { approximate: false }, [x.id], x.shape)),
  ...Object.fromEntries(
    (
      [
        'ABS',
        'NEG',
        'RELU',
        'RELU6',
        'RELU_N1_TO_1',
        'RELU_0_TO_1',
        'FLOOR',
        'CEIL',
        'SIGN',
        'ZEROS_LIKE',
      ] as const
    ).map((kind) => [kind, unary(kind)]),
  ),
  ...Object.fromEntries(
    (['EXP', 'LOGISTIC', 'TANH', 'HARD_SWISH', 'ELU', 'SIN', 'COS', 'SQUARE'] as const).map((kind) => [
      kind,
      inexact(kind),
    ]),
  ),
  ...Object.fromEntries((['LOG', 'SQRT', 'RSQRT'] as const).map((kind) => [kind, positive(kind)])),
  ...Object.fromEntries(
    (['ADD', 'SUB', 'MUL', 'MAXIMUM', 'MINIMUM', 'SQUARED_DIFFERENCE'] as const).map((kind) => [
      kind,
      pair(kind),
    ]),
  ),
  ...Object.fromEntries(
    (['DIV', 'FLOOR_DIV', 'FLOOR_MOD', 'POW'] as const).map((kind) => [kind, divided(kind)]),
  ),
  ...Object.fromEntries(
    (['EQUAL', 'NOT_EQUAL', 'GREATER', 'GREATER_EQUAL', 'LESS', 'LESS_EQUAL'] as const).map((kind) => [
      kind,
      compared(kind),
    ]),
  ),
  ...Object.fromEntries(
    (['MEAN', 'SUM', 'REDUCE_MAX', 'REDUCE_MIN', 'REDUCE_PROD'] as const).map((kind) => [
      kind,
      reduced(kind),
    ]),
  ),
  ARG_MAX: argument('ARG_MAX'),
  ARG_MIN: argument('ARG_MIN'),
  PAD: padded('PAD'),
  PADV2: padded('PADV2'),
  MIRROR_PAD: padded('MIRROR_PAD'),
  SLICE: sliced,
  STRIDED_SLICE: strided,
  SPLIT: split,
  PACK: packed,
  UNPACK: unpacked,
  GATHER: gathered,
  TILE: tiled,
  RESHAPE: reshaped,
  SQUEEZE: squeezed,
  TRANSPOSE: transposed,
  SOFTMAX: overLast('SOFTMAX'),
  LOG_SOFTMAX: overLast('LOG_SOFTMAX'),
  L2_NORMALIZATION: overLast('L2_NORMALIZATION'),
  TOPK_V2: topK,
  QUANTIZE: quantized,
  CAST: cast,
  SELECT: selected,
  PRELU: prelu,
};

const list = Object.values(steps);

/** The graph of a list of draws; every value that nobody reads is an output. */
export function nchwModel(draws: readonly Draw[], shape: Shape): Model {
  const g = new NchwGraph();
  const values: Value[] = [g.input(shape)];
  for (const { step, a, b, p, q } of draws) {
    // Later values are likelier, so that graphs are deep.
    const at = (n: number) => values[values.length - 1 - (n % Math.min(3, values.length))] as Value;
    const x = at(a);
    const small = x.shape.reduce((product, size) => product * size, 1) <= 2048;
    if (x.shape.length === 0 || x.shape.length > 5 || !small) continue;
    const made = (list[step] as Step)({ g, x, other: at(b), p, q });
    values.push(...(Array.isArray(made) ? (made as readonly Value[]) : [made as Value]));
  }
  const read = new Set(g.ops.flatMap(({ inputs }) => inputs));
  const outputs = values.filter(({ id }) => !read.has(id));
  return g.model(outputs.length === 0 ? values.slice(-1) : outputs);
}

const nat = fc.nat(255);
/** Any step; what reorders, splits and joins dimensions more often, because orders have to get through that. */
const step = fc.oneof(
  { weight: 2, arbitrary: fc.nat(list.length - 1) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['TRANSPOSE', 'RESHAPE', 'SQUEEZE', 'FLATTEN', 'CONV_2D'].map((kind) =>
        Object.keys(steps).indexOf(kind),
      ),
    ),
  },
);
export const draws = fc.array(fc.record({ step, a: fc.nat(7), b: fc.nat(7), p: nat, q: nat }), {
  minLength: 1,
  maxLength: 14,
});
/** NCHW; sizes are small, different from each other at times, and 1 at times. */
export const inputShapes = fc.constantFrom<Shape>(
  [1, 4, 6, 4],
  [1, 3, 4, 4],
  [2, 3, 5, 4],
  [1, 1, 4, 6],
  [1, 4, 1, 1],
  [4, 6],
);
