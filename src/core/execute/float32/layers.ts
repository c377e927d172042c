/** CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV, FULLY_CONNECTED and BATCH_MATMUL with float32 weights. */
import type { KnownKind } from '../../model/types.ts';
import { conv2dWindow, depthwiseWindow, transposeConvWindow } from '../int8/ops/conv-window.ts';
import { denseSizes, matMulOperands } from '../int8/ops/matrix-shapes.ts';
import { inTurn, type Planner } from '../int8/ops/planner.ts';
import { denseWindow } from '../int8/reference/conv2d.ts';
import { conv2d } from './conv2d.ts';
import { depthwiseConv2d } from './depthwise.ts';
import { transposeConv2d } from './transpose-conv2d.ts';
import { activationRange, floatBias, floatInput, floatOutput } from './values.ts';

const planConv2d: Planner<'CONV_2D'> = (op, context) => {
  const [input, weights, output] = [floatInput(context, 0), floatInput(context, 1), floatOutput(context)];
  const window = conv2dWindow(context, op.options, { input, weights, output });
  const bias = floatBias(context, 2, window.outputC);
  const range = activationRange(context, op.options.activation);
  return conv2d({ window, weights: weights.data, bias, range }, input.data, output.data);
};

const planDepthwise: Planner<'DEPTHWISE_CONV_2D'> = (op, context) => {
  const [input, weights, output] = [floatInput(context, 0), floatInput(context, 1), floatOutput(context)];
  const window = depthwiseWindow(context, op.options, { input, weights, output });
  const bias = floatBias(context, 2, window.outputC);
  const range = activationRange(context, op.options.activation);
  return depthwiseConv2d({ window, weights: weights.data, bias, range }, input.data, output.data);
};

const planTransposeConv: Planner<'TRANSPOSE_CONV'> = (op, context) => {
  const [input, weights, output] = [floatInput(context, 2), floatInput(context, 1), floatOutput(context)];
  const window = transposeConvWindow(context, op.options, { input, weights, output });
  const bias = floatBias(context, 3, window.inputC);
  const range = activationRange(context, op.options.activation);
  return transposeConv2d({ window, weights: weights.data, bias, range }, input.data, output.data);
};

/** A 1×1 convolution of an image of one row (reference/fully_connected.h has the same order of sums). */
const planDense: Planner<'FULLY_CONNECTED'> = (op, context) => {
  if (op.options.weightsFormat !== 'DEFAULT') throw context.unsupported('with shuffled weights');
  const [input, weights, output] = [floatInput(context, 0), floatInput(context, 1), floatOutput(context)];
  context.expectRank(weights, 2);
  const sizes = denseSizes(context, op.options, { input, weights, output });
  const bias = floatBias(context, 2, sizes.outputs);
  const range = activationRange(context, op.options.activation);
  const params = { window: denseWindow(sizes), weights: weights.data, bias, range };
  return conv2d(params, input.data, output.data);
};

/** Sums run along the depth (reference/batch_matmul.h). */
const planBatchMatMul: Planner<'BATCH_MATMUL'> = (op, context) => {
  const [x, y, output] = [floatInput(context, 0), floatInput(context, 1), floatOutput(context)];
  const { sizes, operands, steps } = matMulOperands(context, op.options, { x, y, output });
  const { rows, depth, columns } = sizes;
  const [left, right] = operands;
  const f = Math.fround;
  const multiply = (): void => {
    for (let o = 0; o < output.data.length; o++) {
      const row = Math.floor(o / columns);
      const l = row * depth;
      const r = (Math.floor(row / rows) * columns + (o % columns)) * depth;
      let sum = f(0);
      for (let d = 0; d < depth; d++) sum = f(sum + f((left[l + d] as number) * (right[r + d] as number)));
      output.data[o] = sum;
    }
  };
  return inTurn([...steps, multiply]);
};

export const layerPlanners = {
  CONV_2D: planConv2d,
  DEPTHWISE_CONV_2D: planDepthwise,
  TRANSPOSE_CONV: planTransposeConv,
  FULLY_CONNECTED: planDense,
  BATCH_MATMUL: planBatchMatMul,
} satisfies { readonly [K in KnownKind]?: Planner<K> };
