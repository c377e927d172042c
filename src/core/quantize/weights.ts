import { bytesOf, elementCount } from '../model/data.ts';
import { indexAlong } from '../model/quantized-values.ts';
import { clamp, roundHalfAway } from '../model/rounding.ts';
import type { Dtype, FakeQuantRange, Quant, Shape } from '../model/types.ts';
import { biasMax, inverseOf, inverseOfWeightRange, quantizeValue, weightMax, weightScale } from './params.ts';
import type { WeightBits } from './scheme.ts';

/** Constant weights of one layer, in float. */
export interface FloatLayer {
  readonly shape: Shape;
  readonly weights: Float32Array;
  /** Dimension that per-channel scales run along; `undefined` for one scale for all weights. */
  readonly axis: number | undefined;
  readonly bits: WeightBits;
  /** Range that training gave the weights; their own extremes otherwise. Goes with one scale for all. */
  readonly trained?: FakeQuantRange;
}

/** What a layer's bias is quantized with. */
export interface FloatBias {
  readonly values: Float32Array | undefined;
  readonly inputScale: number;
  readonly dtype: 'int32' | 'int64';
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
  readonly dtype: Dtype;
  readonly data: Uint8Array;
  readonly quant: Quant;
}

/** Calls `visit(index, channel)` for every element; channel 0 throughout without an axis. */
function eachChannelElement(
  shape: Shape,
  axis: number | undefined,
  visit: (index: number, channel: number) => void,
): void {
  const count = elementCount(shape);
  const channelOf = indexAlong(shape, axis);
  for (let index = 0; index < count; index++) visit(index, channelOf(index));
}

function largestMagnitudes({ shape, weights, axis, trained }: FloatLayer): Float64Array {
  if (trained !== undefined) return Float64Array.of(Math.max(-trained.min, trained.max));
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
 * @param given - weight scales before any grows; by default those of the weights' range.
 */
export function layerScales(
  layer: FloatLayer,
  { values, inputScale }: FloatBias,
  given = weightScales(layer),
): LayerScales {
  const perChannel = layer.axis !== undefined;
  const weights = Float32Array.from(given);
  const bias = weights.map((scale) => inputScale * scale);
  const enlarged: number[] = [];
  weights.forEach((_, channel) => {
    const largest = largestBias(values, channel, perChannel);
    const steps = largest / (bias[channel] ?? 1);
    if (!(perChannel ? steps > biasMax : steps >= biasMax)) return;
    bias[channel] = largest / biasMax;
    weights[channel] = largest / biasMax / inputScale;
    enlarged.push(channel);
  });
  return { weights, bias, enlarged };
}

/**
 * The same as TensorFlow's older quantizer (16×8) has it: the limit is half of 2³¹ − 1, whatever the bias is stored as, and
 * the weights' range grows to f32(2 · |b| / (2³¹ − 1) · f32(127 / s_in)). The 48 bits that 16-bit kernels keep of a sum are
 * a reason to limit an int64 bias, too.
 * Source: TensorFlow Lite, tools/optimize/quantization_utils.cc, AdjustWeightsForBiasScale.
 */
export function olderLayerScales(
  layer: FloatLayer,
  { values, inputScale }: FloatBias,
  given = weightScales(layer),
): LayerScales {
  const int32Max = 2 ** 31 - 1;
  const perChannel = layer.axis !== undefined;
  const weights = Float32Array.from(given);
  const enlarged: number[] = [];
  weights.forEach((scale, channel) => {
    const largest = largestBias(values, channel, perChannel);
    if (largest < 0.5 * inputScale * scale * int32Max) return;
    const range = Math.fround(((2 * largest) / int32Max) * Math.fround(weightMax[layer.bits] / inputScale));
    weights[channel] = range / weightMax[layer.bits];
    enlarged.push(channel);
  });
  return { weights, bias: weights.map((scale) => inputScale * scale), enlarged };
}

/** Scales of weights that no bias has a say in: max|w| / 127, or 7. */
export function weightScales(layer: FloatLayer): Float32Array {
  return Float32Array.from(largestMagnitudes(layer), (largest) => weightScale(largest, layer.bits));
}

/**
 * How the integers come from the weights; the three differ in single elements. scale: times f32(1 / scale), in float32.
 * range: times f32(127 / max|w|), in float32. quotient: divided by the scale, in double.
 */
export type WeightRounding = 'scale' | 'range' | 'quotient';

/** Symmetric weights in [−127, 127], or packed in [−7, 7], one scale per entry of `scales`. */
export function quantizeWeights(
  layer: FloatLayer,
  scales: Float32Array,
  rounding: WeightRounding,
): QuantizedConstant {
  const { shape, weights, axis, bits } = layer;
  const inverse =
    rounding === 'range'
      ? Float32Array.from(largestMagnitudes(layer), (largest) => inverseOfWeightRange(largest, bits))
      : scales.map(inverseOf);
  const q = new Int8Array(weights.length);
  eachChannelElement(shape, axis, (index, channel) => {
    const weight = weights[index] ?? 0;
    const exact = rounding === 'quotient' ? roundHalfAway(weight / (scales[channel] ?? 1)) : undefined;
    const value = exact ?? quantizeValue(weight, inverse[channel] ?? 0);
    q[index] = clamp(value, -weightMax[bits], weightMax[bits]);
  });
  const quant = { scale: scales, zeroPoint: new Int32Array(scales.length), axis: axis ?? 0 };
  return bits === 8
    ? { dtype: 'int8', data: bytesOf(q), quant }
    : { dtype: 'int4', data: packNibbles(q), quant };
}

/** `grid`, int8, with the elements of `channels` on larger `scales`; all others keep their integers. */
export function withEnlargedChannels(
  grid: QuantizedConstant,
  { shape, weights, axis }: FloatLayer,
  { weights: scale, enlarged }: LayerScales,
): QuantizedConstant {
  const q = new Int8Array(grid.data);
  const changed = new Set(enlarged);
  eachChannelElement(shape, axis, (index, channel) => {
    if (!changed.has(channel)) return;
    const value = quantizeValue(weights[index] ?? 0, inverseOf(scale[channel] ?? 0));
    q[index] = clamp(value, -weightMax[8], weightMax[8]);
  });
  return { dtype: grid.dtype, data: bytesOf(q), quant: { ...grid.quant, scale } };
}

/** Two int4 values in a byte, the first one in the low nibble; the last high nibble of an odd number is 0. */
export function packNibbles(values: Int8Array): Uint8Array {
  return Uint8Array.from(
    { length: Math.ceil(values.length / 2) },
    (_, i) => ((values[2 * i] ?? 0) & 15) | (((values[2 * i + 1] ?? 0) & 15) << 4),
  );
}

/** The bias of `count` channels; zeros where the float layer has none. */
export function quantizeBias(bias: FloatBias, count: number, scales: Float32Array): QuantizedConstant {
  const limit = bias.dtype === 'int32' ? 2 ** 31 - 1 : Number.MAX_SAFE_INTEGER;
  const q = Array.from({ length: count }, (_, channel) => {
    const scale = scales[scales.length === 1 ? 0 : channel] ?? 1;
    return clamp(quantizeValue(bias.values?.[channel] ?? 0, inverseOf(scale)), -limit, limit);
  });
  const data = bias.dtype === 'int32' ? Int32Array.from(q) : BigInt64Array.from(q, BigInt);
  const quant = { scale: scales, zeroPoint: new Int32Array(scales.length), axis: 0 };
  return { dtype: bias.dtype, data: bytesOf(data), quant };
}
