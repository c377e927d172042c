/**
 * CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV, FULLY_CONNECTED and BATCH_MATMUL of int16 activations: the accumulators of
 * the int8 kernels, which are exact in doubles, with a 64-bit output stage.
 * Equals tflite/kernels/internal/reference/integer_ops/{conv,depthwise_conv,transpose_conv,fully_connected}.h and
 * reference/batch_matmul.h.
 */
import type { Activation } from '../../model/options.ts';
import { clamp } from '../../model/rounding.ts';
import { multiplyWide } from '../fixed-point.ts';
import type { OpContext } from '../int8/context.ts';
import type { Window } from '../int8/kernel-params.ts';
import type { Step } from '../int8/kernels.ts';
import { convWeights, type Weights } from '../int8/ops/conv.ts';
import { conv2dWindow, depthwiseWindow, transposeConvWindow } from '../int8/ops/conv-window.ts';
import { denseSizes, matMulOperands } from '../int8/ops/matrix-shapes.ts';
import { inTurn, type Planner } from '../int8/ops/planner.ts';
import { conv2dSums, denseWindow } from '../int8/reference/conv2d.ts';
import { depthwiseSums } from '../int8/reference/depthwise.ts';
import { Scratch } from '../int8/reference/padded-image.ts';
import type { ConvSumsParams, PrepareSums } from '../int8/reference/sums.ts';
import { transposeConvSums } from '../int8/reference/transpose-conv2d.ts';
import { prepareWideOutput, type WideOutput } from './output.ts';
import { type Int16Value, int16Input, int16Output } from './values.ts';

interface Layer {
  readonly input: Int16Value;
  readonly weights: Weights;
  readonly output: Int16Value;
}

interface Bias {
  readonly values: ArrayLike<number>;
  /** What the accumulators are, which the bias decides. */
  readonly kind: 'wide' | 'narrow';
}

/** A constant bias of `channels` elements; zeros and 64-bit accumulators where the op has none. */
function biasOf(context: OpContext, position: number, channels: number): Bias {
  if (!context.has(position)) return { values: new Float64Array(channels), kind: 'wide' };
  const value = context.constant(position);
  const { data } = value;
  context.expectCount(value, channels);
  if (data instanceof BigInt64Array) return { values: Float64Array.from(data, Number), kind: 'wide' };
  if (data instanceof Int32Array) return { values: data, kind: 'narrow' };
  throw context.invalid(`bias "${value.name}" is ${value.dtype}, not int64 or int32`);
}

function layer(context: OpContext, channelAxis: number, input: number): Layer {
  return {
    input: int16Input(context, input),
    weights: convWeights(context, 1, channelAxis),
    output: int16Output(context),
  };
}

function stageOf(
  context: OpContext,
  { input, weights, output }: Layer,
  { kind, activation }: { readonly kind: Bias['kind']; readonly activation: Activation },
): WideOutput {
  const factors = Array.from(weights.scales, (scale) =>
    context.fixedPoint((input.scale * scale) / output.scale),
  );
  return { rescale: { kind, factors }, ...context.activationRange(output, activation) };
}

interface Convolution extends Layer {
  readonly window: Window;
  /** Input position of the bias, and what has one. */
  readonly bias: { readonly position: number; readonly channels: number };
  readonly activation: Activation;
  readonly sums: (params: ConvSumsParams, scratch: Scratch) => PrepareSums;
}

function planConvolution(context: OpContext, values: Convolution): Step {
  const { input, weights, output, window, activation } = values;
  const bias = biasOf(context, values.bias.position, values.bias.channels);
  const params = { window, weights: weights.data, bias: bias.values, weightsZeroPoint: 0, inputZeroPoint: 0 };
  const stage = stageOf(context, values, { kind: bias.kind, activation });
  return values.sums(params, new Scratch())(input.data, (layout) =>
    prepareWideOutput(stage, layout, output.data),
  );
}

export const planConv2d: Planner<'CONV_2D'> = (op, context) => {
  const values = layer(context, 0, 0);
  const window = conv2dWindow(context, op.options, values);
  const bias = { position: 2, channels: window.outputC };
  const { activation } = op.options;
  return planConvolution(context, { ...values, window, bias, activation, sums: conv2dSums });
};

export const planDepthwise: Planner<'DEPTHWISE_CONV_2D'> = (op, context) => {
  const values = layer(context, 3, 0);
  const window = depthwiseWindow(context, op.options, values);
  const bias = { position: 2, channels: window.outputC };
  const { activation } = op.options;
  return planConvolution(context, { ...values, window, bias, activation, sums: depthwiseSums });
};

export const planTransposeConv: Planner<'TRANSPOSE_CONV'> = (op, context) => {
  const values = layer(context, 0, 2);
  const window = transposeConvWindow(context, op.options, values);
  const bias = { position: 3, channels: window.inputC };
  const { activation } = op.options;
  return planConvolution(context, { ...values, window, bias, activation, sums: transposeConvSums });
};

/** LiteRT's reference kernel multiplies by a float64; everybody else uses fixed point. */
export const planDense: Planner<'FULLY_CONNECTED'> = (op, context) => {
  if (op.options.weightsFormat !== 'DEFAULT') throw context.unsupported('with shuffled weights');
  const values = layer(context, 0, 0);
  const { input, weights, output } = values;
  context.expectRank(weights, 2);
  const sizes = denseSizes(context, op.options, values);
  const bias = biasOf(context, 2, sizes.outputs);
  const stage = stageOf(context, values, { kind: bias.kind, activation: op.options.activation });
  const factors = Array.from(weights.scales, (scale) => (input.scale * scale) / output.scale);
  const real = { ...stage, rescale: { kind: 'real', factors } } as const;
  const params = {
    window: denseWindow(sizes),
    weights: weights.data,
    bias: bias.values,
    weightsZeroPoint: 0,
    inputZeroPoint: 0,
  };
  return conv2dSums(params, new Scratch())(input.data, (layout) =>
    prepareWideOutput(context.arithmetic === 'litert-reference' ? real : stage, layout, output.data),
  );
};

export const planBatchMatMul: Planner<'BATCH_MATMUL'> = (op, context) => {
  const [x, y, output] = [int16Input(context, 0), int16Input(context, 1), int16Output(context)];
  const { sizes, operands, steps } = matMulOperands(context, op.options, { x, y, output });
  // The scales' product is float32 (tflite/kernels/batch_matmul.cc).
  const { multiplier, shift } = context.fixedPoint(Math.fround(x.scale * y.scale) / output.scale);
  const { rows, depth, columns } = sizes;
  const [left, right] = operands;
  const multiply = (): void => {
    for (let o = 0; o < output.data.length; o++) {
      const row = Math.floor(o / columns);
      const l = row * depth;
      const r = (Math.floor(row / rows) * columns + (o % columns)) * depth;
      let sum = 0;
      for (let d = 0; d < depth; d++) sum += (left[l + d] as number) * (right[r + d] as number);
      output.data[o] = clamp(multiplyWide(sum, multiplier, shift), output.min, output.max);
    }
  };
  return inTurn([...steps, multiply]);
};
