import type { ConvOptions } from '../../../model/options.ts';
import { type Int8Value, type OpContext, size, type Value } from '../context.ts';
import { slidingWindow } from '../geometry.ts';
import type { ConvParams, Output, Step } from '../kernels.ts';
import type { Planner } from './planner.ts';

export interface Weights extends Value {
  readonly data: Int8Array;
  readonly scales: Float32Array;
  readonly zeroPoint: number;
}

/**
 * Constant int8 (or int4, widened) weights, symmetric, with one scale or one per output channel; or uint8 ones, with one
 * scale and zero point.
 */
function convWeights(context: OpContext, position: number, channelAxis: number): Weights {
  const value = context.constant(position);
  const { data } = value;
  if (!(data instanceof Int8Array)) throw context.unsupported(`with ${value.dtype} weights`);
  const scales = context.scales(value);
  if (
    scales.length !== 1 &&
    (scales.length !== value.shape[channelAxis] || value.quant?.axis !== channelAxis)
  ) {
    throw context.invalid(
      `weights "${value.name}" have ${scales.length} scales, not 1 or one per output channel`,
    );
  }
  if (value.unsigned) return { ...value, data, scales, zeroPoint: context.int8(value).zeroPoint };
  if (value.quant?.zeroPoint.some((zeroPoint) => zeroPoint !== 0)) {
    throw context.invalid(`weights "${value.name}" have a zero point that is not 0`);
  }
  return { ...value, data, scales, zeroPoint: 0 };
}

/** A constant int32 bias of `channels` elements; zeros where the op has none. */
export function biasOf(context: OpContext, position: number, channels: number): Int32Array {
  if (!context.has(position)) return new Int32Array(channels);
  const value = context.constant(position);
  const { data } = value;
  if (!(data instanceof Int32Array))
    throw context.invalid(`bias "${value.name}" is ${value.dtype}, not int32`);
  if (value.quant?.zeroPoint.some((zeroPoint) => zeroPoint !== 0)) {
    throw context.invalid(`bias "${value.name}" has a zero point that is not 0`);
  }
  context.expectCount(value, channels);
  return data;
}

/**
 * The output stage with one multiplier per weight scale: s_in · s_w / s_out in float64, the product in float32 where the
 * model is uint8 (GetQuantizedConvolutionMultipler of tflite/kernels/kernel_util.cc).
 */
export function perChannelStage(
  context: OpContext,
  {
    input,
    scales,
    output,
  }: { readonly input: Int8Value; readonly scales: Float32Array; readonly output: Int8Value },
): Pick<Output, 'rescale' | 'zeroPoint'> {
  const product = (scale: number): number =>
    input.unsigned ? Math.fround(input.scale * scale) : input.scale * scale;
  const fixed = Array.from(scales, (scale) => context.fixedPoint(product(scale) / output.scale));
  const multiplier = Int32Array.from(fixed, (value) => value.multiplier);
  const shift = Int32Array.from(fixed, (value) => value.shift);
  return { rescale: { kind: 'fixed', multiplier, shift }, zeroPoint: output.zeroPoint };
}

interface Convolution {
  readonly input: Int8Value;
  readonly weights: Weights;
  readonly output: Int8Value;
}

function convParams(
  context: OpContext,
  options: ConvOptions,
  { input, weights, output }: Convolution,
): ConvParams {
  const filter = { ...options, h: size(weights.shape, 1), w: size(weights.shape, 2) };
  return {
    window: slidingWindow(context, filter, { input: input.shape, output: output.shape }),
    weights: weights.data,
    weightsZeroPoint: weights.zeroPoint,
    bias: biasOf(context, 2, size(output.shape, 3)),
    inputZeroPoint: input.zeroPoint,
    output: {
      ...perChannelStage(context, { input, scales: weights.scales, output }),
      ...context.activationRange(output, options.activation),
    },
  };
}

function operands(context: OpContext, channelAxis: number): Convolution {
  const input = context.int8Input(0);
  const weights = convWeights(context, 1, channelAxis);
  const output = context.int8Output();
  for (const value of [input, weights, output]) context.expectRank(value, 4);
  if (weights.shape[channelAxis] !== output.shape[3]) {
    throw context.invalid(
      `weights of shape [${weights.shape}] do not make the ${output.shape[3]} channels of its output`,
    );
  }
  return { input, weights, output };
}

export const planConv2d: Planner<'CONV_2D'> = (op, context): Step => {
  const values = operands(context, 0);
  const { input, weights, output } = values;
  if (!context.has(2) && !input.unsigned) throw context.invalid('an int8 convolution needs a bias');
  const [channels, groupChannels] = [size(input.shape, 3), size(weights.shape, 3)];
  const groups = channels / groupChannels;
  if (!Number.isInteger(groups) || size(output.shape, 3) % groups !== 0) {
    throw context.invalid(`weights of shape [${weights.shape}] do not fit ${channels} input channels`);
  }
  return context.kernels.conv2d(convParams(context, op.options, values), input.data, output.data);
};

export const planDepthwise: Planner<'DEPTHWISE_CONV_2D'> = (op, context): Step => {
  const values = operands(context, 3);
  const { input, weights, output } = values;
  if (size(output.shape, 3) % size(input.shape, 3) !== 0 || weights.shape[0] !== 1) {
    throw context.invalid(`weights of shape [${weights.shape}] do not fit ${input.shape[3]} input channels`);
  }
  return context.kernels.depthwiseConv2d(convParams(context, op.options, values), input.data, output.data);
};

/** Weights and strides are those of the forward convolution from the output image to the input (spec: TRANSPOSE_CONV). */
export const planTransposeConv: Planner<'TRANSPOSE_CONV'> = (op, context): Step => {
  const weights = convWeights(context, 1, 0);
  const input = context.int8Input(2);
  const output = context.int8Output();
  for (const value of [input, weights, output]) context.expectRank(value, 4);
  context.expectShape(output, context.integers(0));
  if (weights.shape[0] !== output.shape[3] || weights.shape[3] !== input.shape[3]) {
    throw context.invalid(`weights of shape [${weights.shape}] do not fit its input and output`);
  }
  const filter = {
    ...op.options,
    h: size(weights.shape, 1),
    w: size(weights.shape, 2),
    dilationH: 1,
    dilationW: 1,
  };
  const params: ConvParams = {
    window: slidingWindow(context, filter, { input: output.shape, output: input.shape }),
    weights: weights.data,
    weightsZeroPoint: weights.zeroPoint,
    bias: biasOf(context, 3, size(output.shape, 3)),
    inputZeroPoint: input.zeroPoint,
    output: {
      ...perChannelStage(context, { input, scales: weights.scales, output }),
      ...context.activationRange(output, op.options.activation),
    },
  };
  return context.kernels.transposeConv2d(params, input.data, output.data);
};
