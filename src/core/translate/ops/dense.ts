import { constantOf } from '../../model/data.ts';
import type { Shape, TensorId } from '../../model/types.ts';
import type { NodeView } from '../../onnx/node-view.ts';
import { binary, floats, refusal, reshaped, type Translate, transposed, withNumber } from '../emit.ts';
import type { Translation } from '../translation.ts';
import { outputShape } from './shape.ts';

const swap: readonly number[] = [1, 0];
const denseOptions = { activation: 'NONE', weightsFormat: 'DEFAULT' } as const;

/** A float32 constant times a number; `x` itself for 1. */
function scaledConstant(to: Translation, x: TensorId, factor: number): TensorId {
  const value = constantOf(to.tensor(x));
  if (value === undefined || factor === 1) return x;
  const data = Float32Array.from(value.data as Float32Array, (each) => each * factor);
  return to.constant({ ...value, data });
}

function timesNumber(to: Translation, x: TensorId, factor: number): TensorId {
  if (factor === 1) return x;
  return to.isConstant(x) ? scaledConstant(to, x, factor) : withNumber(to, 'MUL', [x, factor]);
}

/** A constant C as the bias of `channels` outputs: [N], [1, N] or one number for all. */
function biasVector(to: Translation, c: TensorId, channels: number): TensorId | undefined {
  const value = constantOf(to.tensor(c));
  const [last = 1, ...others] = to.shape(c).toReversed();
  if (value === undefined || others.some((size) => size !== 1) || (last !== channels && last !== 1))
    return undefined;
  if (last === channels) return reshaped(to, c, [channels]);
  return floats(to, [channels], new Float32Array(channels).fill(Number(value.data[0])));
}

/** α · A · B + β · C. A constant B holds α and becomes the weights of FULLY_CONNECTED. */
export const gemm: Translate = (view, to) => {
  requireFloat(view);
  const shape = outputShape(view);
  const [alpha, beta] = [view.float('alpha') ?? 1, view.float('beta') ?? 1];
  const [a, b] = [to.input(view, 0), to.input(view, 1)];
  const [transA, transB] = [view.flag('transA'), view.flag('transB')];
  const c = view.has(2) && beta !== 0 ? timesNumber(to, to.input(view, 2), beta) : undefined;
  if (!to.isConstant(b)) {
    const options = { adjX: transA, adjY: transB };
    const product = timesNumber(to, to.emit('BATCH_MATMUL', [a, b], { shape, options }), alpha);
    return to.define(view, c === undefined ? product : binary(to, 'ADD', [product, c]));
  }
  const x = transA ? transposed(to, a, swap) : a;
  const weights = scaledConstant(to, transB ? b : transposed(to, b, swap), alpha);
  const bias = c === undefined ? undefined : biasVector(to, c, shape[1] ?? 1);
  const product = dense(to, { x, weights, bias, shape });
  to.define(view, c === undefined || bias !== undefined ? product : binary(to, 'ADD', [product, c]));
};

/** Weights [O, K]; x of any rank keeps all dimensions but its last. */
export function dense(
  to: Translation,
  layer: {
    readonly x: TensorId;
    readonly weights: TensorId;
    readonly bias?: TensorId | undefined;
    readonly shape: Shape;
  },
): TensorId {
  const { x, weights, bias = -1 as TensorId, shape } = layer;
  const options = { ...denseOptions, keepNumDims: shape.length !== 2 };
  return to.emit('FULLY_CONNECTED', [x, weights, bias], { shape, options });
}

/** numpy's matmul: a vector on the left is a row, on the right a column, and its dimension falls away. */
export const matMul: Translate = (view, to) => {
  requireFloat(view);
  to.define(view, matrixProduct(view, to, [to.input(view, 0), to.input(view, 1)]));
};

/** The product of two float32 values in the shape of the node's output. */
export function matrixProduct(
  view: NodeView,
  to: Translation,
  operands: readonly [TensorId, TensorId],
): TensorId {
  return reshaped(to, product(view, to, operands), outputShape(view));
}

function product(view: NodeView, to: Translation, [left, right]: readonly [TensorId, TensorId]): TensorId {
  const a = to.shape(left).length === 1 ? reshaped(to, left, [1, ...to.shape(left)]) : left;
  const b = to.shape(right).length === 1 ? reshaped(to, right, [...to.shape(right), 1]) : right;
  const [before, after] = [to.shape(a), to.shape(b)];
  const rows = before.slice(0, -1);
  const columns = after.at(-1) ?? 1;
  if (after.length === 2 && to.isConstant(b) && !to.isConstant(a))
    return dense(to, { x: a, weights: transposed(to, b, swap), shape: [...rows, columns] });
  const outer = outputShape(view).slice(0, Math.max(before.length, after.length) - 2);
  const shape = [...outer, before.at(-2) ?? 1, columns];
  return to.emit('BATCH_MATMUL', [a, b], { shape, options: { adjX: false, adjY: false } });
}

function requireFloat(view: NodeView): void {
  const { dtype } = view.type(0);
  if (!dtype.startsWith('float') && dtype !== 'bfloat16')
    throw refusal(
      view,
      `multiplies matrices of ${dtype}; TensorFlow Lite does so with float32 or with scales`,
    );
}
