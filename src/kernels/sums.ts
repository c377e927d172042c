/**
 * Depthwise convolutions in disguise, with weights of 1: the sum over an image's pixels (MEAN, SUM), and averages whose windows
 * lie inside the image.
 */
import type {
  FloatSumParams,
  Output,
  PoolParams,
  SumParams,
  Window,
} from '../core/execute/int8/kernel-params.ts';
import { floatRescale } from '../core/execute/int8/reference/reduce.ts';
import { onFlat, windowBorder } from './convolution.ts';
import { type Arrays, fastDepthwise, fastOp } from './depthwise.ts';
import type { FastOp } from './fast-op.ts';
import { flipOf, isBordered } from './image.ts';
import type { Form } from './machine.ts';
import { BLOCK, type Recipe, type Requantization, requantization } from './requantize.ts';
import type { Channel, Clamp } from './steps.ts';

/** The plain sum over all pixels of each image, where that is what `target` says. */
function wholeImageWindow(target: Int32Array, outputs: number): Window | undefined {
  if (outputs === 0 || target.length % outputs !== 0) return undefined;
  if (!target.every((o, i) => o === i % outputs)) return undefined;
  const pixels = target.length / outputs;
  return {
    batch: 1,
    inputH: 1,
    inputW: pixels,
    inputC: outputs,
    outputH: 1,
    outputW: 1,
    outputC: outputs,
    filterH: 1,
    filterW: pixels,
    strideH: 1,
    strideW: 1,
    dilationH: 1,
    dilationW: 1,
    padTop: 0,
    padLeft: 0,
  };
}

/** @returns undefined where something else than all pixels of one image is summed */
export function fastSum(params: SumParams, arrays: Arrays, form: Form): FastOp | undefined {
  const window = wholeImageWindow(params.target, arrays.output.length);
  if (window === undefined) return undefined;
  const inputZeroPoint = params.offset / window.inputW;
  const weights = new Int8Array(params.target.length).fill(1);
  const bias = new Int32Array(window.outputC);
  const conv = { window, weights, weightsZeroPoint: 0, bias, inputZeroPoint, output: params.output };
  const op = fastDepthwise(conv, arrays, form);
  return op && onFlat(op, window);
}

/** Halves away from zero (reference/integer_ops/pooling.h, AveragePool), or up, as uint8's (reference/pooling.h). */
function averageChannel(count: number, halvesUp: boolean): Channel {
  const half = count >> 1;
  return {
    least: -128 * count,
    most: 127 * count,
    real: 1 / count,
    exact: (sum) =>
      halvesUp ? Math.floor((sum + half) / count) : Math.trunc((sum > 0 ? sum + half : sum - half) / count),
  };
}

/** One block's constants for all channels. */
function repeated({ recipes, params }: Requantization, channels: number): Requantization {
  const blocks = Math.ceil(channels / BLOCK);
  const all = new Uint8Array(blocks * params.length);
  for (let b = 0; b < blocks; b++) all.set(params, b * params.length);
  return { recipes: new Array<Recipe>(blocks).fill(recipes[0] as Recipe), params: all };
}

/** Sums of `count` values without weights, which `channel` makes outputs of, zero point and all; undefined without an exact recipe. */
function fastOnes(
  { window, channel, clamp }: { readonly window: Window; readonly channel: Channel; readonly clamp: Clamp },
  arrays: Arrays,
  form: Form,
): FastOp | undefined {
  const { filterH, filterW, outputC } = window;
  const count = filterH * filterW;
  const weights = new Int8Array(count * outputC).fill(1);
  const start = new Int32Array(BLOCK).fill(-flipOf(form) * count);
  const block = requantization(new Array<Channel>(BLOCK).fill(channel), start, clamp);
  // The rescaling stands in `stage`; the output adds no zero point of its own.
  const rescale = { kind: 'real', factor: Float64Array.of(channel.real) } as const;
  const output: Output = { rescale, zeroPoint: 0, min: clamp.low, max: clamp.high };
  return block && fastOp({ window, weights, output, stage: repeated(block, outputC) }, arrays, 0);
}

/** @returns undefined where windows reach over the edge, so that counts differ */
export function fastAverage(
  { window, halvesUp, min, max }: PoolParams,
  arrays: Arrays,
  form: Form,
): FastOp | undefined {
  const { filterH, filterW, padTop, padLeft } = window;
  if (padTop > 0 || padLeft > 0 || isBordered(windowBorder(window))) return undefined;
  const channel = averageChannel(filterH * filterW, halvesUp);
  return fastOnes({ window, channel, clamp: { low: min, high: max } }, arrays, form);
}

/** @returns undefined where something else than all pixels of one image is summed, or no recipe is exact */
export function fastFloatSum(params: FloatSumParams, arrays: Arrays, form: Form): FastOp | undefined {
  const window = wholeImageWindow(params.target, arrays.output.length);
  if (window === undefined) return undefined;
  const reach = { least: -128 * window.inputW, most: 127 * window.inputW };
  const channel = { ...reach, real: params.factor, exact: floatRescale(params) };
  const op = fastOnes({ window, channel, clamp: { low: -128, high: 127 } }, arrays, form);
  return op && onFlat(op, window);
}
