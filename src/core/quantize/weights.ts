import { bytesOf, elementCount } from '../model/data.ts';
import { clamp } from '../model/rounding.ts';
import type { Quant, Shape } from '../model/types.ts';
import { biasMax, inverseOf, inverseOfWeightRange, quantizeValue, weightMax, weightScale } from './params.ts';

/** Constant weights and bias of one layer, in float. */
export interface FloatLayer {
  readonly shape: Shape;
  readonly weights: Float32Array;
  /** Dimension that per-channel scales run along; `undefined` for one scale for all weights. */
  readonly axis: number | undefined;
  readonly bias: Float32Array | undefined;
  readonly inputScale: number;
}

/** Scales of a layer: one entry, or one per output channel. */
export interface LayerScales {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  /** Channels whose weight scale was enlarged so that the bias fits its half of int32. */
  readonly enlarged: readonly number[];
}

/** An integer constant with the parameters that give it its meaning. */
export interface QuantizedConstant {
  readonly data: Uint8Array;
  readonly quant: Quant;
}

/** Calls `visit(index, channel)` for every element; channel 0 throughout without an axis. */
export function eachChannelElement(
  shape: Shape,
  axis: number | undefined,
  visit: (index: number, channel: number) => void,
): void {
  const count = elementCount(shape);
  const channels = axis === undefined ? 1 : (shape[axis] ?? 1);
  const inner = axis === undefined ? count : elementCount(shape.slice(axis + 1));
  for (let index = 0; index < count; index++) visit(index, Math.floor(index / inner) % channels);
}

function largestMagnitudes({ shape, weights, axis }: FloatLayer): Float64Array {
  const largest = new Float64Array(axis === undefined ? 1 : (shape[axis] ?? 1));
  eachChannelElement(shape, axis, (index, channel) => {
    largest[channel] = Math.max(largest[channel] ?? 0, Math.abs(weights[index] ?? 0));
  });
  return largest;
}

function largestBias(bias: Float32Array | undefined, channel: number, perChannel: boolean): number {
  if (bias === undefined) return 0;
  if (perChannel) return Math.abs(bias[channel] ?? 0);
  return bias.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

/**
 * Weight and bias scales: s_w = max|w| / 127, s_b = s_in · s_w. Where |b| / s_b would exceed 2³⁰ − 1 (nearly dead channels
 * that batch-norm folding left a bias), the weight scale grows instead: s_b = |b| / (2³⁰ − 1), s_w = s_b / s_in.
 * Source: TensorFlow, tfl_quantization_driver.cc, SetBiasParamsWithAdjustments.
 */
export function layerScales(layer: FloatLayer): LayerScales {
  const perChannel = layer.axis !== undefined;
  const weights = Float32Array.from(largestMagnitudes(layer), weightScale);
  const bias = weights.map((scale) => layer.inputScale * scale);
  const enlarged: number[] = [];
  weights.forEach((_, channel) => {
    const largest = largestBias(layer.bias, channel, perChannel);
    const steps = largest / (bias[channel] ?? 1);
    if (perChannel ? steps <= biasMax : steps < biasMax) return;
    bias[channel] = largest / biasMax;
    weights[channel] = largest / biasMax / layer.inputScale;
    enlarged.push(channel);
  });
  return { weights, bias, enlarged };
}

/**
 * Symmetric int8 weights, in [−127, 127]. TensorFlow divides per-channel weights by the float32 scale, but multiplies
 * per-tensor ones with f32(127 / max|w|); the two differ in single elements. Where the bias enlarged a per-tensor scale,
 * TensorFlow forgets to requantize the weights (they come out too large); we do.
 */
export function quantizeWeights(layer: FloatLayer, scales: LayerScales): QuantizedConstant {
  const { shape, weights, axis } = layer;
  const fromRange = axis === undefined && scales.enlarged.length === 0;
  const inverse = fromRange
    ? Float32Array.from(largestMagnitudes(layer), inverseOfWeightRange)
    : scales.weights.map(inverseOf);
  const q = new Int8Array(weights.length);
  eachChannelElement(shape, axis, (index, channel) => {
    q[index] = clamp(quantizeValue(weights[index] ?? 0, inverse[channel] ?? 0), -weightMax, weightMax);
  });
  const zeroPoint = new Int32Array(scales.weights.length);
  return { data: bytesOf(q), quant: { scale: scales.weights, zeroPoint, axis: axis ?? 0 } };
}

/** int32 bias of `count` channels; zeros where the float layer has none. */
export function quantizeBias(
  bias: Float32Array | undefined,
  count: number,
  scales: Float32Array,
): QuantizedConstant {
  const q = new Int32Array(count);
  const int32Max = 2 ** 31 - 1;
  bias?.forEach((value, channel) => {
    const scale = scales[scales.length === 1 ? 0 : channel] ?? 1;
    q[channel] = clamp(quantizeValue(value, inverseOf(scale)), -int32Max, int32Max);
  });
  return { data: bytesOf(q), quant: { scale: scales, zeroPoint: new Int32Array(scales.length), axis: 0 } };
}
