import { constantOf } from '../../model/data.ts';
import type { TensorId } from '../../model/types.ts';
import type { NodeView } from '../../onnx/node-view.ts';
import {
  binary,
  floats,
  reduced,
  refusal,
  reshaped,
  type Translate,
  toNhwc,
  transposed,
  unary,
  withNumber,
} from '../emit.ts';
import type { Translation } from '../translation.ts';
import { power } from './power.ts';
import { definePicture } from './window.ts';

interface Normalized {
  /** (x − mean) / √(variance + ε). */
  readonly y: TensorId;
  readonly mean: TensorId;
  /** 1 / √(variance + ε). */
  readonly inverse: TensorId;
}

/** Mean 0 and variance 1 over `axes`. */
function normalized(
  to: Translation,
  x: TensorId,
  { axes, epsilon }: { readonly axes: readonly number[]; readonly epsilon: number },
): Normalized {
  const mean = reduced(to, 'MEAN', { x, axes, keepDims: true });
  const squares = binary(to, 'SQUARED_DIFFERENCE', [x, mean]);
  const variance = reduced(to, 'MEAN', { x: squares, axes, keepDims: true });
  const inverse = unary(to, 'RSQRT', withNumber(to, 'ADD', [variance, epsilon]));
  return { y: binary(to, 'MUL', [binary(to, 'SUB', [x, mean]), inverse]), mean, inverse };
}

function epsilonOf(view: NodeView): number {
  return view.float('epsilon') ?? 1e-5;
}

/** A vector with one entry for each channel, so that it stretches over [N, C, …]. */
function perChannel(to: Translation, vector: TensorId, rank: number): TensorId {
  return reshaped(to, vector, [...to.shape(vector), ...Array<number>(Math.max(0, rank - 2)).fill(1)]);
}

function scaled(
  to: Translation,
  x: TensorId,
  { scale, bias }: { scale: TensorId; bias: TensorId | undefined },
): TensorId {
  const product = binary(to, 'MUL', [x, scale]);
  return bias === undefined ? product : binary(to, 'ADD', [product, bias]);
}

/** x · scale / √(variance + ε) + (bias − mean · scale / √(variance + ε)). */
export const batchNormalization: Translate = (view, to) => {
  if (view.flag('training_mode'))
    throw refusal(view, 'is still in training mode; export the model for inference');
  const x = to.input(view, 0);
  const [scale = [], bias = [], mean = [], variance = []] = [1, 2, 3, 4].map((index) => {
    const value = constantOf(to.tensor(to.input(view, index)));
    if (value === undefined) throw refusal(view, 'takes statistics that are computed, not constant');
    return value.data as Float32Array;
  });
  const factors = Float32Array.from(scale, (s, c) => s / Math.sqrt((variance[c] ?? 0) + epsilonOf(view)));
  const shifts = Float32Array.from(bias, (b, c) => b - (mean[c] ?? 0) * (factors[c] ?? 0));
  const rank = to.shape(x).length;
  const vector = (data: Float32Array) => perChannel(to, floats(to, [data.length], data), rank);
  to.define(view, scaled(to, x, { scale: vector(factors), bias: vector(shifts) }));
};

export const instanceNormalization: Translate = (view, to) => {
  const x = to.input(view, 0);
  const axes = to.shape(x).flatMap((_, axis) => (axis < 2 ? [] : [axis]));
  const { y } = normalized(to, x, { axes, epsilon: epsilonOf(view) });
  const [scale, bias] = [1, 2].map((index) => perChannel(to, to.input(view, index), to.shape(x).length));
  if (scale === undefined) throw view.problem('lacks its scale');
  to.define(view, scaled(to, y, { scale, bias }));
};

export const layerNormalization: Translate = (view, to) => {
  const x = to.input(view, 0);
  const rank = to.shape(x).length;
  const written = view.int('axis') ?? -1;
  const first = written < 0 ? written + rank : written;
  const axes = to.shape(x).flatMap((_, axis) => (axis < first ? [] : [axis]));
  const { y, mean, inverse } = normalized(to, x, { axes, epsilon: epsilonOf(view) });
  const bias = view.has(2) ? to.input(view, 2) : undefined;
  to.define(view, scaled(to, y, { scale: to.input(view, 1), bias }));
  to.define(view, mean, 1);
  to.define(view, inverse, 2);
};

/** Before set 21 scale and bias are given for each group, from then on for each channel. */
export const groupNormalization: Translate = (view, to) => {
  const x = to.input(view, 0);
  const shape = to.shape(x);
  const [batch = 1, channels = 1, ...spatial] = shape;
  const groups = view.int('num_groups') ?? 1;
  const grouped = reshaped(to, x, [batch, groups, (channels / groups) * spatial.reduce((a, b) => a * b, 1)]);
  const { y } = normalized(to, grouped, { axes: [2], epsilon: epsilonOf(view) });
  const perGroup = view.opset < 21 && channels !== groups;
  const aligned = (index: number) => {
    const vector = to.input(view, index);
    return perGroup ? reshaped(to, vector, [groups, 1]) : perChannel(to, vector, shape.length);
  };
  const [scale, bias] = [aligned(1), aligned(2)];
  const result = perGroup
    ? reshaped(to, scaled(to, y, { scale, bias }), shape)
    : scaled(to, reshaped(to, y, shape), { scale, bias });
  to.define(view, result);
};

/**
 * x / (bias + α / size · Σ x²)^β, the sum over `size` channels around each. The sum is a convolution of 1 × 1 whose
 * weights are a band: LOCAL_RESPONSE_NORMALIZATION only knows odd sizes and has no int8 form either.
 */
export const lrn: Translate = (view, to) => {
  const x = to.input(view, 0);
  if (to.shape(x).length !== 4) throw refusal(view, 'is only translated for four dimensions');
  const size = view.int('size') ?? 1;
  const nhwc = transposed(to, x, toNhwc);
  const shape = to.shape(nhwc);
  const depth = shape[3] ?? 1;
  const share = (view.float('alpha') ?? 1e-4) / size;
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const band = Float32Array.from({ length: depth * depth }, (_, i) => {
    const distance = (i % depth) - Math.floor(i / depth);
    return distance >= -before && distance <= after ? share : 0;
  });
  const bias = floats(to, [depth], new Float32Array(depth).fill(view.float('bias') ?? 1));
  const inputs = [binary(to, 'MUL', [nhwc, nhwc]), floats(to, [depth, 1, 1, depth], band), bias];
  const options = {
    padding: 'VALID',
    strideH: 1,
    strideW: 1,
    dilationH: 1,
    dilationW: 1,
    activation: 'NONE',
  } as const;
  const sums = to.emit('CONV_2D', inputs, { shape, options });
  definePicture(view, to, binary(to, 'MUL', [nhwc, power(to, sums, -(view.float('beta') ?? 0.75))]));
};
