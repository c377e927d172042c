import type { Shape } from '../../model/types.ts';
import type { NodeView } from '../node-view.ts';
import { transposedWindowsOf, windowsOf } from '../windows.ts';
import { expectSameType, likeFirst, type ShapeRule } from './rule.ts';

/** How a convolution's channels are dealt out. @throws Problem `model/invalid` where weights and input do not fit */
function checkChannels(view: NodeView, weights: Shape, own: number): number {
  const shape = view.shape(0);
  const group = view.int('group') ?? 1;
  const channels = shape[1] ?? 0;
  const fits =
    group >= 1 &&
    weights.length === shape.length &&
    !weights.includes(0) &&
    channels === own * group &&
    (weights[0] ?? 0) % group === 0;
  if (fits) return group;
  throw view.problem(`applies weights [${weights}] in ${group} groups to [${shape}], which do not fit`);
}

/** @throws Problem `model/invalid` */
function checkBias(view: NodeView, index: number, channels: number): void {
  if (!view.has(index)) return;
  const bias = view.shape(index);
  if (bias.length !== 1 || bias[0] !== channels)
    throw view.problem(`has a bias of [${bias}] for ${channels} output channels`);
}

function convolved(view: NodeView, at: { weights: number; bias?: number }): Shape {
  const weights = view.shape(at.weights);
  checkChannels(view, weights, weights[1] ?? 0);
  const [channels = 0] = weights;
  if (at.bias !== undefined) checkBias(view, at.bias, channels);
  checkKernel(view, weights);
  return [view.shape(0)[0] ?? 0, channels, ...windowsOf(view, weights.slice(2)).output];
}

function checkKernel(view: NodeView, weights: Shape): void {
  const written = view.ints('kernel_shape');
  if (written !== undefined && written.join() !== weights.slice(2).join())
    throw view.problem(`has the kernel_shape [${written}], but weights [${weights}]`);
}

const conv: ShapeRule = (view) => {
  expectSameType(view, [0, 1, 2]);
  return likeFirst(view, convolved(view, { weights: 1, bias: 2 }));
};

const convTranspose: ShapeRule = (view) => {
  expectSameType(view, [0, 1, 2]);
  const weights = view.shape(1);
  const group = view.int('group') ?? 1;
  // Weights are [in, out / group, …]: the groups divide what comes in.
  checkChannels(view, weights, (weights[0] ?? 0) / group);
  const channels = (weights[1] ?? 0) * group;
  checkBias(view, 2, channels);
  checkKernel(view, weights);
  const { output } = transposedWindowsOf(view, weights.slice(2));
  return likeFirst(view, [view.shape(0)[0] ?? 0, channels, ...output]);
};

const pool: ShapeRule = (view) => {
  const shape = [...view.shape(0).slice(0, 2), ...windowsOf(view).output];
  return [
    { dtype: view.type(0).dtype, shape },
    { dtype: 'int64', shape },
  ];
};

const globalPool: ShapeRule = (view) => {
  const shape = view.shape(0);
  if (shape.length < 3) throw view.problem(`needs an input with spatial dimensions, not [${shape}]`);
  return likeFirst(
    view,
    shape.map((size, i) => (i < 2 ? size : 1)),
  );
};

/** Convolutions and pooling. */
export const windowShapes: Readonly<Record<string, ShapeRule>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  ConvInteger: (view) => [{ dtype: 'int32', shape: convolved(view, { weights: 1 }) }],
  QLinearConv: (view) => [{ dtype: view.type(7).dtype, shape: convolved(view, { weights: 3, bias: 8 }) }],
  MaxPool: pool,
  AveragePool: pool,
  LpPool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
};
