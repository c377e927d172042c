import type { Shape } from '../../model/types.ts';
import { axisOf } from '../node-attributes.ts';
import type { NodeView } from '../node-view.ts';
import { broadcast, expectRank, expectSameType, likeFirst, type ShapeRule } from './rule.ts';

const gemm: ShapeRule = (view) => {
  expectSameType(view, [0, 1, 2]);
  const [a, b] = [expectRank(view, 0, 2), expectRank(view, 1, 2)];
  const [rows = 0, inner] = view.flag('transA') ? a.toReversed() : a;
  const [height, columns = 0] = view.flag('transB') ? b.toReversed() : b;
  if (inner !== height) throw view.problem(`multiplies [${a}] by [${b}], which do not fit`);
  const shape = [rows, columns];
  if (view.has(2) && view.opset >= 7 && broadcast(view, [shape, view.shape(2)]).join() !== shape.join())
    throw view.problem(`adds [${view.shape(2)}] to [${shape}], which do not fit`);
  return likeFirst(view, shape);
};

/** NumPy's matmul: vectors take part as one row or one column, which is dropped again. */
function product(view: NodeView, first: number, second: number): Shape {
  const [a, b] = [view.shape(first), view.shape(second)];
  const [left, right] = [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b];
  if (left.length < 2 || right.length < 2 || left.at(-1) !== right.at(-2))
    throw view.problem(`multiplies [${a}] by [${b}], which do not fit`);
  const batch = broadcast(view, [left.slice(0, -2), right.slice(0, -2)]);
  return [
    ...batch,
    ...(a.length === 1 ? [] : [left.at(-2) ?? 0]),
    ...(b.length === 1 ? [] : [right.at(-1) ?? 0]),
  ];
}

const matMul: ShapeRule = (view) => {
  expectSameType(view, [0, 1]);
  return likeFirst(view, product(view, 0, 1));
};

/** One number for each channel: scale, shift, mean and variance. */
function checkChannelInputs(view: NodeView, inputs: readonly number[]): void {
  const [, channels = 0] = view.shape(0);
  for (const index of inputs) {
    const shape = view.shape(index);
    if (shape.length !== 1 || shape[0] !== channels)
      throw view.problem(`has [${shape}] as its input ${index} for ${channels} channels`);
  }
}

const batchNormalization: ShapeRule = (view) => {
  checkChannelInputs(view, [1, 2, 3, 4]);
  const statistics = [3, 4, 3, 4].map((index) => view.type(index));
  return [view.type(0), ...statistics];
};

const perChannelNormalization: ShapeRule = (view) => {
  checkChannelInputs(view, [1, 2]);
  return [view.type(0)];
};

const layerNormalization: ShapeRule = (view) => {
  const { dtype, shape } = view.type(0);
  const axis = axisOf(view, -1);
  for (const index of [1, 2]) if (view.has(index)) broadcast(view, [shape, view.shape(index)]);
  const reduced = { dtype, shape: shape.map((size, i) => (i < axis ? size : 1)) };
  return [{ dtype, shape }, reduced, reduced];
};

/** Products of matrices, and normalizations. */
export const matrixShapes: Readonly<Record<string, ShapeRule>> = {
  Gemm: gemm,
  MatMul: matMul,
  MatMulInteger: (view) => [{ dtype: 'int32', shape: product(view, 0, 1) }],
  QLinearMatMul: (view) => [{ dtype: view.type(7).dtype, shape: product(view, 0, 3) }],
  BatchNormalization: batchNormalization,
  InstanceNormalization: perChannelNormalization,
  GroupNormalization: (view) => [view.type(0)],
  LayerNormalization: layerNormalization,
  RMSNormalization: (view) => [view.type(0)],
};
