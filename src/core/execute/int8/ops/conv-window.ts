/** What a convolution's shapes must be, whatever its types: NHWC images, OHWI or [1, H, W, O] weights. */

import type { ConvOptions, TransposeConvOptions } from '../../../model/options.ts';
import { type OpContext, size, type Value } from '../context.ts';
import { slidingWindow } from '../geometry.ts';
import type { Window } from '../kernel-params.ts';
import { statedIntegers } from './stated.ts';

export interface ConvValues {
  readonly input: Value;
  readonly weights: Value;
  readonly output: Value;
}

interface Layer extends ConvValues {
  /** The dimension of the weights that runs along the output's channels. */
  readonly channelAxis: number;
}

function convWindow(
  context: OpContext,
  options: ConvOptions,
  { input, weights, output, channelAxis }: Layer,
): Window {
  for (const value of [input, weights, output]) context.expectRank(value, 4);
  if (weights.shape[channelAxis] !== output.shape[3]) {
    throw context.invalid(
      `weights of shape [${weights.shape}] do not make the ${output.shape[3]} channels of its output`,
    );
  }
  const filter = { ...options, h: size(weights.shape, 1), w: size(weights.shape, 2) };
  return slidingWindow(context, filter, { input: input.shape, output: output.shape });
}

/** Of CONV_2D, grouped where its weights have fewer channels than its input. */
export function conv2dWindow(context: OpContext, options: ConvOptions, values: ConvValues): Window {
  const window = convWindow(context, options, { ...values, channelAxis: 0 });
  const groups = window.inputC / size(values.weights.shape, 3);
  if (!Number.isInteger(groups) || window.outputC % groups !== 0) {
    throw context.invalid(
      `weights of shape [${values.weights.shape}] do not fit ${window.inputC} input channels`,
    );
  }
  return window;
}

export function depthwiseWindow(context: OpContext, options: ConvOptions, values: ConvValues): Window {
  const { weights } = values;
  const window = convWindow(context, options, { ...values, channelAxis: 3 });
  if (window.outputC % window.inputC !== 0 || weights.shape[0] !== 1) {
    throw context.invalid(`weights of shape [${weights.shape}] do not fit ${window.inputC} input channels`);
  }
  return window;
}

/**
 * Of TRANSPOSE_CONV: weights and strides are those of the forward convolution from the output image to the input, so
 * the window's input is our output. Input 0 is the output's shape.
 */
export function transposeConvWindow(
  context: OpContext,
  options: TransposeConvOptions,
  { input, weights, output }: ConvValues,
): Window {
  for (const value of [input, weights, output]) context.expectRank(value, 4);
  context.expectShape(output, statedIntegers(context, 0, output.shape));
  if (weights.shape[0] !== output.shape[3] || weights.shape[3] !== input.shape[3]) {
    throw context.invalid(`weights of shape [${weights.shape}] do not fit its input and output`);
  }
  const filter = {
    ...options,
    h: size(weights.shape, 1),
    w: size(weights.shape, 2),
    dilationH: 1,
    dilationW: 1,
  };
  return slidingWindow(context, filter, { input: output.shape, output: input.shape });
}
