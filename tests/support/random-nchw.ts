import * as fc from 'fast-check';
import type { Model, Shape } from '../../src/core/model/types.ts';
import { NchwGraph, type Value } from './nchw-graph.ts';
import {
  gathered,
  packed,
  padded,
  reshaped,
  sliced,
  split,
  squeezed,
  strided,
  tiled,
  transposed,
  unpacked,
} from './random-moves.ts';
import { axisOf, isImage, type Site, type Step, whole } from './random-step.ts';
import {
  argument,
  cast,
  compared,
  divided,
  inexact,
  overLast,
  pair,
  positive,
  prelu,
  quantized,
  reduced,
  selected,
  topK,
  unary,
} from './random-values.ts';

/** What a step may choose by: numbers that are taken modulo what there is to choose from. */
export interface Draw {
  readonly step: number;
  readonly a: number;
  readonly b: number;
  readonly p: number;
  readonly q: number;
}

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
      ...['TRANSPOSE', 'RESHAPE', 'SQUEEZE', 'FLATTEN', 'CONV_2D', 'STRIDED_SLICE'].map((kind) =>
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
