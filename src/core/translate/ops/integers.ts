/**
 * Integers whose scales TFLite cannot hold: computed ones, one for each block, several for an activation. Their arithmetic is
 * written out in float32, which is exact for sums below 2^24.
 */
import { constantOf, elementCount } from '../../model/data.ts';
import { integerLimits, isQuantizedDtype } from '../../model/quantized-values.ts';
import type { Shape, TensorData, TensorId } from '../../model/types.ts';
import type { NodeView } from '../../onnx/node-view.ts';
import {
  binary,
  cast,
  floats,
  reduced,
  refusal,
  reshaped,
  type Translate,
  unary,
  withNumber,
} from '../emit.ts';
import type { Translation } from '../translation.ts';
import { convolution } from './conv.ts';
import { matrixProduct } from './dense.ts';

/** A value of integers as float32. */
function real(to: Translation, x: TensorId): TensorId {
  const value = constantOf(to.tensor(x));
  if (value === undefined) return cast(to, x, 'float32');
  return floats(to, value.shape, Array.from(value.data as Iterable<number | bigint>, Number));
}

/** a − b, here and now where both are constants and b is one number. */
function less(to: Translation, [a, b]: readonly [TensorId, TensorId]): TensorId {
  const [left, right] = [constantOf(to.tensor(a)), constantOf(to.tensor(b))];
  if (left === undefined || right?.data.length !== 1) return binary(to, 'SUB', [a, b]);
  const zero = Number(right.data[0]);
  return floats(
    to,
    left.shape,
    Array.from(left.data as Float32Array, (x) => x - zero),
  );
}

/** Scale or zero point in the shape in which it stretches over the node's first input. */
function aligned(view: NodeView, to: Translation, index: 1 | 2): TensorId {
  const x = real(to, to.input(view, index));
  const [shape, whole] = [to.shape(x), view.shape(0)];
  const written = view.int('axis') ?? 1;
  const axis = written < 0 ? written + whole.length : written;
  if (elementCount(shape) === 1) return reshaped(to, x, []);
  if (shape.length === 1)
    return reshaped(
      to,
      x,
      whole.map((size, i) => (i === axis ? size : 1)),
    );
  const value = constantOf(to.tensor(x));
  if (value === undefined) throw refusal(view, 'takes scales for blocks that are computed');
  return floats(to, whole, repeated(value, { whole, axis, block: view.int('block_size') ?? 1 }));
}

/** Each element for all of its block. */
function repeated(
  { data, shape }: TensorData,
  { whole, axis, block }: { readonly whole: Shape; readonly axis: number; readonly block: number },
): readonly number[] {
  const inner = elementCount(whole.slice(axis + 1));
  const [size = 1, blocks = 1] = [whole[axis], shape[axis]];
  return Array.from({ length: elementCount(whole) }, (_, i) => {
    const [outer, along] = [Math.floor(i / (inner * size)), Math.floor(i / inner) % size];
    return Number(data[(outer * blocks + Math.floor(along / block)) * inner + (i % inner)]);
  });
}

/** saturate(round(x / scale) + zero point), half to even. */
export const quantizeWrittenOut: Translate = (view, to) => {
  const dtype = view.scope.values.get(view.node.outputs[0] ?? '')?.dtype ?? 'uint8';
  if (!isQuantizedDtype(dtype))
    throw refusal(view, `quantizes to ${dtype}, which TensorFlow Lite does not do`);
  const steps = unary(to, 'ROUND', binary(to, 'DIV', [to.input(view, 0), aligned(view, to, 1)]));
  const shifted = view.has(2) ? binary(to, 'ADD', [steps, aligned(view, to, 2)]) : steps;
  to.define(view, cast(to, saturated(to, shifted, integerLimits[dtype]), dtype));
};

function saturated(to: Translation, x: TensorId, [low, high]: readonly [number, number]): TensorId {
  return withNumber(to, 'MINIMUM', [withNumber(to, 'MAXIMUM', [x, low]), high]);
}

/** (x − zero point) · scale. */
export const dequantizeWrittenOut: Translate = (view, to) => {
  const x = real(to, to.input(view, 0));
  const steps = view.has(2) ? less(to, [x, aligned(view, to, 2)]) : x;
  to.define(view, binary(to, 'MUL', [steps, aligned(view, to, 1)]));
};

/** uint8 over the range of the value at hand, which includes 0 (ONNX Operators.md, DynamicQuantizeLinear). */
export const dynamicQuantizeLinear: Translate = (view, to) => {
  const x = to.input(view, 0);
  const axes = to.shape(x).map((_, axis) => axis);
  const extreme = (kind: 'REDUCE_MAX' | 'REDUCE_MIN') => reduced(to, kind, { x, axes, keepDims: false });
  const high = withNumber(to, 'MAXIMUM', [extreme('REDUCE_MAX'), 0]);
  const low = withNumber(to, 'MINIMUM', [extreme('REDUCE_MIN'), 0]);
  const step = withNumber(to, 'DIV', [binary(to, 'SUB', [high, low]), 255]);
  // All zeros have no range; any scale stands for them.
  const scale = withNumber(to, 'MAXIMUM', [step, 1e-30]);
  const middle = binary(to, 'DIV', [withNumber(to, 'MUL', [low, -1]), scale]);
  const zero = unary(to, 'ROUND', saturated(to, middle, [0, 255]));
  const steps = unary(to, 'ROUND', binary(to, 'DIV', [x, scale]));
  const stored = saturated(to, binary(to, 'ADD', [steps, zero]), [0, 255]);
  to.define(view, cast(to, stored, 'uint8'));
  to.define(view, scale, 1);
  to.define(view, cast(to, zero, 'uint8'), 2);
};

/** An input less its zero point, in float32. */
function centered(view: NodeView, to: Translation, [index, zeroIndex]: readonly [number, number]): TensorId {
  const x = real(to, to.input(view, index));
  if (!view.has(zeroIndex)) return x;
  const zero = real(to, to.input(view, zeroIndex));
  const single = elementCount(to.shape(zero)) === 1;
  if (!single) throw refusal(view, 'has a zero point for each row or column');
  return less(to, [x, reshaped(to, zero, [])]);
}

export const matMulInteger: Translate = (view, to) => {
  const operands = [centered(view, to, [0, 2]), centered(view, to, [1, 3])] as const;
  to.define(view, cast(to, matrixProduct(view, to, operands), 'int32'));
};

export const convInteger: Translate = (view, to) => {
  const [x, weights] = [centered(view, to, [0, 2]), centered(view, to, [1, 3])];
  convolution(view, to, { x, weights, finish: (sums) => cast(to, sums, 'int32') });
};
