/** Ops that translations are made of, with the shapes that they give. */
import { bytesOf, constantOf, elementCount } from '../model/data.ts';
import { permuted as inOrder, permuteData } from '../model/permute.ts';
import type { Dtype, KnownKind, Shape, Tensor, TensorId } from '../model/types.ts';
import type { NodeView } from '../onnx/node-view.ts';
import { nodeProblem } from '../onnx/problems.ts';
import type { Problem } from '../problem.ts';
import type { Translation } from './translation.ts';

/** How a node is translated: adds its ops and defines its outputs. */
export type Translate = (view: NodeView, to: Translation) => void;

/** NCHW → NHWC, and back. */
export const toNhwc: readonly number[] = [0, 2, 3, 1];
export const toNchw: readonly number[] = [0, 3, 1, 2];

/** What a node asks for that TFLite cannot say. `what` completes a sentence that begins with the node's name. */
export function refusal(view: NodeView, what: string): Problem {
  return nodeProblem(view.node, what, 'model/unsupported-op');
}

/** Ops of one operand whose result has its shape and type. */
export type Unary = Extract<
  KnownKind,
  | 'ABS'
  | 'CEIL'
  | 'COS'
  | 'ELU'
  | 'EXP'
  | 'FLOOR'
  | 'HARD_SWISH'
  | 'LOG'
  | 'LOGICAL_NOT'
  | 'LOGISTIC'
  | 'LOG_SOFTMAX'
  | 'RELU'
  | 'RELU6'
  | 'RELU_0_TO_1'
  | 'RELU_N1_TO_1'
  | 'ROUND'
  | 'RSQRT'
  | 'SIGN'
  | 'SIN'
  | 'SQRT'
  | 'TANH'
>;

export function unary(to: Translation, kind: Unary, x: TensorId): TensorId {
  return to.emit(kind, [x], { shape: to.shape(x), options: {} });
}

export type Arithmetic = Extract<KnownKind, 'ADD' | 'SUB' | 'MUL' | 'DIV'>;
export type Comparison = Extract<
  KnownKind,
  'EQUAL' | 'NOT_EQUAL' | 'GREATER' | 'GREATER_EQUAL' | 'LESS' | 'LESS_EQUAL'
>;
/** Ops of two operands that are stretched over each other as numpy does. */
export type Binary =
  | Arithmetic
  | Comparison
  | Extract<
      KnownKind,
      | 'MAXIMUM'
      | 'MINIMUM'
      | 'POW'
      | 'FLOOR_MOD'
      | 'LOGICAL_AND'
      | 'LOGICAL_OR'
      | 'PRELU'
      | 'SQUARED_DIFFERENCE'
    >;

const isComparison: ReadonlySet<Binary> = new Set<Comparison>([
  'EQUAL',
  'NOT_EQUAL',
  'GREATER',
  'GREATER_EQUAL',
  'LESS',
  'LESS_EQUAL',
]);

export function binary(to: Translation, kind: Binary, [a, b]: readonly [TensorId, TensorId]): TensorId {
  const shape = broadcast(to.shape(a), to.shape(b));
  if (kind === 'ADD' || kind === 'SUB' || kind === 'MUL' || kind === 'DIV')
    return to.emit(kind, [a, b], { shape, options: { activation: 'NONE' } });
  const dtype = isComparison.has(kind) ? 'bool' : to.tensor(a).dtype;
  return to.emit(kind, [a, b], { shape, dtype, options: {} });
}

/** x ∘ a number. */
export function withNumber(to: Translation, kind: Binary, [x, value]: readonly [TensorId, number]): TensorId {
  return binary(to, kind, [x, to.scalar(value, x)]);
}

/** The shape that two values have together. They fit: shapes were inferred before. */
function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    return left === 1 ? right : left;
  });
}

/** A value in another shape of as many elements: a constant here and now, an activation by RESHAPE. */
export function reshaped(to: Translation, x: TensorId, shape: Shape): TensorId {
  const tensor = to.tensor(x);
  const same =
    tensor.shape.length === shape.length && shape.every((size, axis) => size === tensor.shape[axis]);
  if (same) return x;
  const value = constantOf(tensor);
  // What a per-channel grid runs along would be lost.
  if (value !== undefined && tensor.grid === undefined && tensor.quant === undefined)
    return to.constant({ ...value, shape });
  return to.emit('RESHAPE', [x, to.vector(shape)], { shape, options: { newShape: shape } });
}

/** A value with its dimensions reordered: a constant here and now, an activation by TRANSPOSE, once for all who ask. */
export function transposed(to: Translation, x: TensorId, perm: readonly number[]): TensorId {
  if (perm.every((axis, i) => axis === i)) return x;
  return to.once(`transpose ${x} ${perm.join()}`, () => {
    const id = transpose(to, x, perm);
    return to.reordered(id, x, perm);
  });
}

function transpose(to: Translation, x: TensorId, perm: readonly number[]): TensorId {
  const tensor = to.tensor(x);
  const shape = inOrder(tensor.shape, perm);
  const value = constantOf(tensor);
  if (value === undefined || tensor.quant !== undefined)
    return to.emit('TRANSPOSE', [x, to.vector(perm)], { shape, options: {} });
  const data = permuteData(value.data, tensor.shape, perm);
  return to.constant({ dtype: tensor.dtype, shape, data }, gridOf(tensor, perm));
}

/** The integers that the constant was widened from, in the new order. */
function gridOf(tensor: Tensor, perm: readonly number[]): Partial<Tensor> {
  const { grid, shape } = tensor;
  if (grid === undefined) return {};
  const integers = constantOf({ ...tensor, dtype: grid.dtype, data: grid.data });
  if (integers === undefined) return {};
  const quant = { ...grid.quant, axis: Math.max(0, perm.indexOf(grid.quant.axis)) };
  return { grid: { ...grid, quant, data: bytesOf(permuteData(integers.data, shape, perm)) } };
}

/** The order that puts dimension `axis` last and leaves the others as they are. */
export function axisLast(rank: number, axis: number): readonly number[] {
  return [...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis), axis];
}

/** What a reduction does with its dimensions. */
export interface Reduced {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

export type Reducer = Extract<KnownKind, 'MEAN' | 'SUM' | 'REDUCE_MAX' | 'REDUCE_MIN' | 'REDUCE_PROD'>;

export function reduced(
  to: Translation,
  kind: Reducer,
  { x, axes, keepDims }: Reduced & { readonly x: TensorId },
): TensorId {
  const shape = to.shape(x).flatMap((size, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [size]));
  return to.emit(kind, [x, to.vector(axes)], { shape, options: { keepDims } });
}

export function cast(to: Translation, x: TensorId, dtype: Dtype): TensorId {
  return to.tensor(x).dtype === dtype ? x : to.emit('CAST', [x], { shape: to.shape(x), dtype, options: {} });
}

/** The part of each dimension from `begin` on, `size` long. */
export function sliced(
  to: Translation,
  x: TensorId,
  { begin, size }: { readonly begin: readonly number[]; readonly size: Shape },
): TensorId {
  const whole = begin.every((start) => start === 0) && size.every((n, axis) => n === to.shape(x)[axis]);
  return whole ? x : to.emit('SLICE', [x, to.vector(begin), to.vector(size)], { shape: size, options: {} });
}

/** Elements at `indices` along one dimension. */
export function picked(
  to: Translation,
  x: TensorId,
  { axis, indices }: { readonly axis: number; readonly indices: readonly number[] },
): TensorId {
  const shape = to.shape(x).map((size, i) => (i === axis ? indices.length : size));
  return to.emit('GATHER', [x, to.vector(indices)], { shape, options: { axis, batchDims: 0 } });
}

/** Elements added before and after each dimension. */
export interface Borders {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** `x` with `value` around it. */
export function padded(
  to: Translation,
  x: TensorId,
  { before, after, value = 0 }: Borders & { readonly value?: number },
): TensorId {
  if (before.every((n) => n === 0) && after.every((n) => n === 0)) return x;
  const shape = grown(to.shape(x), { before, after });
  const paddings = borderTable(to, { before, after });
  if (value === 0) return to.emit('PAD', [x, paddings], { shape, options: {} });
  return to.emit('PADV2', [x, paddings, to.scalar(value, x)], { shape, options: {} });
}

export function grown(shape: Shape, { before, after }: Borders): Shape {
  return shape.map((size, axis) => size + (before[axis] ?? 0) + (after[axis] ?? 0));
}

/** Rows [before, after], as PAD and MIRROR_PAD want them. */
export function borderTable(to: Translation, { before, after }: Borders): TensorId {
  const rows = before.flatMap((n, axis) => [n, after[axis] ?? 0]);
  return to.constant({ shape: [before.length, 2], dtype: 'int32', data: Int32Array.from(rows) });
}

/** A float32 constant. */
export function floats(to: Translation, shape: Shape, data: ArrayLike<number>): TensorId {
  if (data.length !== elementCount(shape)) throw new Error(`${data.length} numbers for [${shape}]`);
  return to.constant({ shape, dtype: 'float32', data: Float32Array.from(data) });
}
