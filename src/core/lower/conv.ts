import type { ConvOptions } from '../model/options.ts';
import type { OpOf, Shape } from '../model/types.ts';
import { activated } from './activation.ts';
import type { Lowering, Value } from './lowering.ts';
import { channels, spatial, type Window2d, windowAttributes } from './window.ts';

/** 1HWO → O1HW for depthwise weights, OHWI → IOHW for those of a transposed convolution. */
const lastFirst: readonly number[] = [3, 0, 1, 2];

/** Weights OHWI, where I = input channels / groups. */
export function conv2d(op: OpOf<'CONV_2D'>, to: Lowering): void {
  const [, filter] = op.inputs;
  const groups = channels(to.shape(op.inputs[0])) / channels(to.shape(filter));
  convolve(op, to, { weights: to.value(filter, 'nchw'), groups });
}

/** Weights 1HWO. Output channel o reads input channel ⌊o / multiplier⌋, the order of ONNX's groups too. */
export function depthwiseConv2d(op: OpOf<'DEPTHWISE_CONV_2D'>, to: Lowering): void {
  const groups = channels(to.shape(op.inputs[0]));
  convolve(op, to, { weights: to.permuted(op.inputs[1], lastFirst), groups });
}

function convolve(
  op: OpOf<'CONV_2D' | 'DEPTHWISE_CONV_2D'>,
  to: Lowering,
  { weights, groups }: { readonly weights: Value; readonly groups: number },
): void {
  const [input, filter, bias] = op.inputs;
  const value = to.node('Conv', [to.value(input, 'nchw'), weights, to.optional(bias)], {
    ...windowAttributes(to.shape(input), convWindow(op.options, to.shape(filter))),
    group: { int: groups },
  });
  to.define(op.outputs[0], activated(to, value, op.options.activation), 'nchw');
}

function convWindow(options: ConvOptions, filter: Shape): Window2d {
  return {
    padding: options.padding,
    size: spatial(filter),
    stride: [options.strideH, options.strideW],
    dilation: [options.dilationH, options.dilationW],
  };
}

/** Inputs [output shape, weights OHWI, data, bias]. */
export function transposeConv(op: OpOf<'TRANSPOSE_CONV'>, to: Lowering): void {
  const [, filter, input, bias] = op.inputs;
  const { strideH, strideW, activation } = op.options;
  const [inputH, inputW] = spatial(to.shape(input));
  const [filterH, filterW] = spatial(to.shape(filter));
  const [outputH, outputW] = spatial(to.shape(op.outputs[0]));
  const vertical = border(outputH, (inputH - 1) * strideH + filterH);
  const horizontal = border(outputW, (inputW - 1) * strideW + filterW);
  const inputs = [to.value(input, 'nchw'), to.permuted(filter, lastFirst), to.optional(bias)];
  const value = to.node('ConvTranspose', inputs, {
    kernel_shape: { ints: [filterH, filterW] },
    strides: { ints: [strideH, strideW] },
    pads: { ints: [vertical.before, horizontal.before, vertical.after, horizontal.after] },
    output_padding: { ints: [vertical.missing, horizontal.missing] },
  });
  to.define(op.outputs[0], activated(to, value, activation), 'nchw');
}

/**
 * What is cut from or added to the `reached` elements that the windows write, to give `output` of them: the padding
 * of the convolution that this one reverses.
 */
function border(
  output: number,
  reached: number,
): { readonly before: number; readonly after: number; readonly missing: number } {
  const excess = Math.max(0, reached - output);
  const before = Math.floor(excess / 2);
  return { before, after: excess - before, missing: Math.max(0, output - reached) };
}
