/** QUANTIZE and DEQUANTIZE with one scale and zero point per slice along a dimension, and DEQUANTIZE of half floats. */
import { elementCount } from '../../model/data.ts';
import { clamp, roundHalfAway } from '../../model/rounding.ts';
import type { OpContext, Value } from '../int8/context.ts';
import type { Planner } from '../int8/ops/planner.ts';
import { strides } from '../int8/positions.ts';
import { floatInput, floatOutput } from './values.ts';

const f = Math.fround;

/** Parameters of a value by element. */
interface Channels {
  readonly scales: Float32Array;
  readonly zeroPoints: Int32Array;
  readonly channelOf: (element: number) => number;
}

function channelsOf(context: OpContext, value: Value): Channels {
  const scales = context.scales(value);
  const axis = value.quant?.axis ?? 0;
  const channels = value.shape[axis];
  const inner = strides(value.shape)[axis];
  if (channels !== scales.length || inner === undefined)
    throw context.invalid(`"${value.name}" has ${scales.length} scales for a shape of [${value.shape}]`);
  const zeroPoints = value.quant?.zeroPoint ?? new Int32Array(channels);
  return { scales, zeroPoints, channelOf: (element) => Math.floor(element / inner) % channels };
}

/** float32 quotient, halves away from zero (reference/quantize.h, PerChannelQuantize). */
export const planQuantize: Planner<'QUANTIZE'> = (_, context) => {
  const [input, output] = [floatInput(context, 0), context.output()];
  const { data } = output;
  const bits = data instanceof Int8Array ? 8 : data instanceof Int16Array ? 16 : undefined;
  if (bits === undefined) throw context.unsupported(`to ${output.dtype} of several scales`);
  context.expectShape(output, input.shape);
  const { scales, zeroPoints, channelOf } = channelsOf(context, output);
  const [min, max] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  return () => {
    for (let i = 0; i < data.length; i++) {
      const channel = channelOf(i);
      const steps = roundHalfAway(f((input.data[i] as number) / (scales[channel] as number)));
      data[i] = clamp(steps + (zeroPoints[channel] ?? 0), min, max);
    }
  };
};

/** Source: reference/dequantize.h, PerChannelDequantize. */
export const planDequantize: Planner<'DEQUANTIZE'> = (_, context) => {
  const [input, output] = [context.input(0), floatOutput(context)];
  context.expectCount(output, elementCount(input.shape));
  const { data } = input;
  if (data instanceof Float32Array) return () => output.data.set(data);
  const { scales, zeroPoints, channelOf } = channelsOf(context, input);
  return () => {
    for (let i = 0; i < output.data.length; i++) {
      const channel = channelOf(i);
      output.data[i] = (scales[channel] as number) * (Number(data[i]) - (zeroPoints[channel] ?? 0));
    }
  };
};
