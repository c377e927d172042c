/** Steps of random graphs that compute. */
import type { KnownKind, Shape } from '../../src/core/model/types.ts';
import type { Value } from './nchw-graph.ts';
import { axisOf, isImage, type Site, type Step, whole } from './random-step.ts';

export const unary =
  (kind: KnownKind): Step =>
  ({ g, x }) =>
    g.unary(kind, x);
export const inexact =
  (kind: KnownKind): Step =>
  ({ g, x }) =>
    whole(g, g.unary(kind, x));
export const positive =
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

export const pair =
  (kind: KnownKind): Step =>
  (site) =>
    whole(site.g, site.g.pair(kind, site.x, operand(site)));
export const divided =
  (kind: KnownKind): Step =>
  (site) => {
    const { g, x } = site;
    const divisor = g.pair('ADD', g.unary('ABS', operand(site)), g.constant([], [1]));
    return whole(g, g.pair(kind, x, divisor));
  };
export const compared =
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

export const reduced =
  (kind: 'MEAN' | 'SUM' | 'REDUCE_MAX' | 'REDUCE_MIN' | 'REDUCE_PROD'): Step =>
  ({ g, x, p, q }) => {
    const axes = x.shape.map((_, axis) => axis).filter((axis) => (p >> axis) & 1);
    return whole(g, g.reduce(kind, x, axes.length === 0 ? [axisOf(x, q)] : axes, q % 2 === 0));
  };
export const argument =
  (kind: 'ARG_MAX' | 'ARG_MIN'): Step =>
  ({ g, x, p }) => {
    const axis = axisOf(x, p);
    const position = g.value(x.shape.toSpliced(axis, 1), { dtype: 'int32' });
    g.op(kind, {}, [[x.id, g.integers([axis], [])], [position.id]]);
    return g.make('CAST', {}, [position.id], position.shape);
  };

export const overLast =
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
export const topK: Step = ({ g, x }) => {
  const shape = x.shape.with(-1, 1);
  const [values, positions] = [g.value(shape), g.value(shape, { dtype: 'int32' })];
  g.op('TOPK_V2', {}, [
    [x.id, g.integers([1], [])],
    [values.id, positions.id],
  ]);
  return values;
};

export const quantized: Step = ({ g, x }) => {
  const quant = { scale: Float32Array.of(0.5), zeroPoint: Int32Array.of(3), axis: 0 };
  const integer = g.value(x.shape, { dtype: 'int8', quant });
  g.op('QUANTIZE', {}, [[x.id], [integer.id]]);
  return whole(g, g.make('DEQUANTIZE', {}, [integer.id], x.shape));
};
export const cast: Step = ({ g, x }) => {
  const integer = g.value(x.shape, { dtype: 'int32' });
  g.op('CAST', {}, [[x.id], [integer.id]]);
  return g.make('CAST', {}, [integer.id], x.shape);
};
export const selected: Step = ({ g, x }) => {
  const bool = g.pair('GREATER', x, g.constant([], [0]), { dtype: 'bool' });
  return g.make('SELECT', {}, [bool.id, x.id, g.unary('NEG', x).id], x.shape);
};
export const prelu: Step = (site) => {
  const { g, x, p } = site;
  const slope = g.weights(
    x.shape.map((size, axis) => (axis === axisOf(x, p) && axis > 0 ? size : 1)).slice(1),
  );
  return x.shape.length < 2 ? g.unary('RELU', x) : whole(g, g.make('PRELU', {}, [x.id, slope.id], x.shape));
};
