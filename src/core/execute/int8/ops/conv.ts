import type { Activation } from '../../../model/options.ts';
import type { AffineValue, Int8Value, OpContext, Value } from '../context.ts';
import type { ConvParams, Output } from '../kernel-params.ts';
import type { Step } from '../kernels.ts';
import { conv2dWindow, depthwiseWindow, transposeConvWindow } from './conv-window.ts';
import type { Planner } from './planner.ts';
import { float32Stage } from './xnnpack.ts';

export interface Weights extends Value {
  readonly data: Int8Array;
  readonly scales: Float32Array;
  readonly zeroPoint: number;
}

/**
 * Constant int8 (or int4, widened) weights, symmetric, with one scale or one per output channel; or uint8 ones, with one
 * scale and zero point.
 */
export function convWeights(context: OpContext, position: number, channelAxis: number): Weights {
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
  }: { readonly input: AffineValue; readonly scales: Float32Array; readonly output: AffineValue },
): Pick<Output, 'rescale' | 'zeroPoint'> {
  const product = (scale: number): number =>
    input.unsigned ? Math.fround(input.scale * scale) : input.scale * scale;
  const fixed = Array.from(scales, (scale) => context.fixedPoint(product(scale) / output.scale));
  const multiplier = Int32Array.from(fixed, (value) => value.multiplier);
  const shift = Int32Array.from(fixed, (value) => value.shift);
  return { rescale: { kind: 'fixed', multiplier, shift }, zeroPoint: output.zeroPoint };
}

/** The output stage of a convolution: a multiplier per weight scale, and the fused activation's range. */
function stageOf(
  context: OpContext,
  { input, weights, output }: Convolution,
  activation: Activation,
): Output {
  const values = { input, scales: weights.scales, output };
  return (
    float32Stage(context, values, activation) ?? {
      ...perChannelStage(context, values),
      ...context.activationRange(output, activation),
    }
  );
}

interface Convolution {
  readonly input: Int8Value;
  readonly weights: Weights;
  readonly output: Int8Value;
}

function operands(context: OpContext, channelAxis: number, input: number): Convolution {
  return {
    input: context.int8Input(input),
    weights: convWeights(context, 1, channelAxis),
    output: context.int8Output(),
  };
}

function paramsOf(
  { input, weights }: Convolution,
  rest: Pick<ConvParams, 'window' | 'bias' | 'output'>,
): ConvParams {
  const { data, zeroPoint } = weights;
  return { ...rest, weights: data, weightsZeroPoint: zeroPoint, inputZeroPoint: input.zeroPoint };
}

export const planConv2d: Planner<'CONV_2D'> = (op, context): Step => {
  const values = operands(context, 0, 0);
  const window = conv2dWindow(context, op.options, values);
  if (!context.has(2) && !values.input.unsigned) throw context.invalid('an int8 convolution needs a bias');
  const bias = biasOf(context, 2, window.outputC);
  const output = stageOf(context, values, op.options.activation);
  const params = paramsOf(values, { window, bias, output });
  return context.kernels.conv2d(params, values.input.data, values.output.data);
};

export const planDepthwise: Planner<'DEPTHWISE_CONV_2D'> = (op, context): Step => {
  const values = operands(context, 3, 0);
  const window = depthwiseWindow(context, op.options, values);
  const bias = biasOf(context, 2, window.outputC);
  const output = stageOf(context, values, op.options.activation);
  const params = paramsOf(values, { window, bias, output });
  return context.kernels.depthwiseConv2d(params, values.input.data, values.output.data);
};

export const planTransposeConv: Planner<'TRANSPOSE_CONV'> = (op, context): Step => {
  const values = operands(context, 0, 2);
  const window = transposeConvWindow(context, op.options, values);
  const bias = biasOf(context, 3, window.inputC);
  const output = stageOf(context, values, op.options.activation);
  const params = paramsOf(values, { window, bias, output });
  return context.kernels.transposeConv2d(params, values.input.data, values.output.data);
};
