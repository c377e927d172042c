import { clamp, roundHalfAway } from '../model/rounding.ts';
import type { Quant } from '../model/types.ts';
import type { ActivationType, WeightBits } from './scheme.ts';

/**
 * Scale and zero point formulas of TensorFlow 2.21's converter, equal to its output bit for bit on all golden models.
 * Everything that is rounded to float32 there is rounded here with `Math.fround`.
 */

const { fround } = Math;

/** Per-tensor parameters: real = (q − zeroPoint) · scale, scale a float32 value. */
export interface Params {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Smallest and largest integer of each type; int16 leaves −32768 unused, so that it is symmetric. */
export const limits: Readonly<Record<ActivationType, readonly [min: number, max: number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32767, 32767],
};
/** Weights leave the lowest integer unused, so that they are symmetric (narrow range). */
export const weightMax: Readonly<Record<WeightBits, number>> = { 8: 127, 4: 7 };
/** Half of int32's range: the other half is left to the accumulator. tfl_quantization_driver.cc, kBiasMax. */
export const biasMax = 2 ** 30 - 1;

/** Ranges narrower than this are widened, so that no scale is zero or subnormal. */
const narrowest = 1e-6;
const narrowestWeight = 5e-7;

/** Parameters for a float32 range that contains 0, in float32 arithmetic throughout. */
function asymmetric(low: number, high: number): Params {
  const scale = fround(fround(high - low) / 255);
  const [lowest, highest] = limits.int8;
  const zeroPoint = roundHalfAway(fround(lowest - fround(low / scale)));
  return { scale, zeroPoint: clamp(zeroPoint, lowest, highest) };
}

/**
 * uint8 parameters for a range that contains 0: in double, the zero point from the end that gives the smaller error.
 * Source: TensorFlow Lite, kernels/internal/quantization_util.h, ChooseQuantizationParams.
 */
function asymmetricUint8(low: number, high: number, lowest = limits.uint8[0]): Params {
  const [, highest] = limits.uint8;
  const scale = (high - low) / (highest - lowest);
  const [fromLow, fromHigh] = [lowest - low / scale, highest - high / scale];
  const lowError = lowest + Math.abs(low / scale);
  const highError = highest + Math.abs(high / scale);
  const zeroPoint = roundHalfAway(lowError < highError ? fromLow : fromHigh);
  return { scale: fround(scale), zeroPoint: clamp(zeroPoint, lowest, highest) };
}

/**
 * int16: symmetric, scale = f32(largest magnitude / 32767).
 * Source: TensorFlow Lite, tools/optimize/quantization_utils.cc, GetSymmetricQuantizationParams.
 */
function symmetricInt16(low: number, high: number): Params {
  return { scale: fround(Math.max(-low, high) / limits.int16[1]), zeroPoint: 0 };
}

/** int8 parameters with zero point 0 for a range: scale = f32(largest magnitude / 127). */
export function symmetricParams(min: number, max: number): Params {
  return { scale: weightScale(Math.max(-min, max), 8), zeroPoint: 0 };
}

const paramsOfRange: Readonly<Record<ActivationType, (low: number, high: number) => Params>> = {
  int8: asymmetric,
  uint8: asymmetricUint8,
  int16: symmetricInt16,
};

/**
 * Parameters of an activation in [min, max]; 0 is always representable. int8: scale = f32((max − min) / 255), zero point
 * = round(−128 − min / scale), all float32. Ranges narrower than 1e-6 are widened by 1e-6 on both sides.
 * Source: TensorFlow, FakeQuantSupport.cc and quantization_utils.cc with legacy_float_scale.
 */
export function activationParams(min: number, max: number, type: ActivationType): Params {
  const widened = max - min < narrowest ? narrowest : 0;
  const [low, high] = [
    fround(Math.min(0, fround(min) - widened)),
    fround(Math.max(0, fround(max) + widened)),
  ];
  return paramsOfRange[type](low, high);
}

/**
 * Parameters of a constant operand whose elements, and 0, lie in [min, max]; a range narrower than 1e-6 grows to ±5e-7.
 * Source: TensorFlow, quantization_utils.cc, ExpandVerySmallRange.
 */
export function constantParams(min: number, max: number, type: ActivationType): Params {
  const choose = paramsOfRange[type];
  if (max - min >= narrowest) return choose(min, max);
  const half = narrowest / 2;
  return choose(fround(Math.min(min, -half)), fround(Math.max(max, half)));
}

/** uint8 parameters of weights that were trained on 1 … 255 (FAKE_QUANT with narrow_range); low ≤ 0 ≤ high. */
export function narrowUint8Params(low: number, high: number): Params {
  return asymmetricUint8(low, high, 1);
}

/** Symmetric narrow-range scale of weights with the largest magnitude `largest`: f32(max(largest, 5e-7) / 127), 7 for int4. */
export function weightScale(largest: number, bits: WeightBits): number {
  return fround(Math.max(largest, narrowestWeight) / weightMax[bits]);
}

/** f32(127 / max(largest, 5e-7)), not quite the inverse of the rounded `weightScale`. */
export function inverseOfWeightRange(largest: number, bits: WeightBits): number {
  return fround(weightMax[bits] / Math.max(largest, narrowestWeight));
}

/** round(f32(x · f32(1 / scale))): the float32 product, not the double quotient, decides ties as TensorFlow does. */
export function quantizeValue(x: number, inverseScale: number): number {
  return roundHalfAway(fround(x * inverseScale));
}

/** f32(1 / scale). */
export function inverseOf(scale: number): number {
  return fround(1 / scale);
}

/** A per-tensor `Quant`. */
export function perTensor({ scale, zeroPoint }: Params): Quant {
  return { scale: Float32Array.of(scale), zeroPoint: Int32Array.of(zeroPoint), axis: 0 };
}

export function sameParams(a: Params, b: Params): boolean {
  return a.scale === b.scale && a.zeroPoint === b.zeroPoint;
}
