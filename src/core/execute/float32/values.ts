import type { Activation } from '../../model/options.ts';
import type { OpContext, Value } from '../int8/context.ts';
import type { Held } from '../int8/ops/broadcast.ts';

/** A value of float32 elements; a half float's elements are float32 here too. */
export type FloatValue = Held<Float32Array>;

/** @throws Problem `model/unsupported-op` for another type */
export function floats(context: OpContext, value: Value): FloatValue {
  const { data } = value;
  if (!(data instanceof Float32Array)) throw context.unsupported(`on float32 and ${value.dtype}`);
  return { ...value, data };
}

export function floatInput(context: OpContext, position: number): FloatValue {
  return floats(context, context.input(position));
}

export function floatOutput(context: OpContext, position = 0): FloatValue {
  return floats(context, context.output(position));
}

/** A bias of `channels` elements; zeros where the op has none. */
export function floatBias(context: OpContext, position: number, channels: number): Float32Array {
  if (!context.has(position)) return new Float32Array(channels);
  const value = floatInput(context, position);
  context.expectCount(value, channels);
  return value.data;
}

/** What results are clamped to. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

const GREATEST = 3.4028234663852886e38;

/** The range of a fused activation (CalculateActivationRange of tflite/kernels/kernel_util.h). */
export function activationRange(context: OpContext, activation: Activation): Range {
  switch (activation) {
    case 'NONE':
      return { min: -GREATEST, max: GREATEST };
    case 'RELU':
      return { min: 0, max: GREATEST };
    case 'RELU6':
      return { min: 0, max: 6 };
    case 'RELU_N1_TO_1':
      return { min: -1, max: 1 };
    case 'TANH':
    case 'SIGN_BIT':
      throw context.unsupported(`with a fused ${activation}`);
    default:
      return activation satisfies never;
  }
}
