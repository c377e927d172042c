/** DEQUANTIZE of half floats and of per-channel integers, which are constants (weight-only files). */
import { elementCount } from '../../model/data.ts';
import type { OpContext, Value } from '../int8/context.ts';
import type { Step } from '../int8/kernels.ts';
import type { Planner } from '../int8/ops/planner.ts';
import { strides } from '../int8/positions.ts';
import { type FloatValue, floatOutput } from './values.ts';

/** One scale and zero point per slice along the quantized dimension (reference/dequantize.h, PerChannelDequantize). */
function planPerChannel(context: OpContext, input: Value, output: FloatValue): Step {
  const scales = context.scales(input);
  const axis = input.quant?.axis ?? 0;
  const channels = input.shape[axis];
  const inner = strides(input.shape)[axis];
  if (channels !== scales.length || inner === undefined)
    throw context.invalid(`"${input.name}" has ${scales.length} scales for a shape of [${input.shape}]`);
  const zeroPoints = input.quant?.zeroPoint ?? new Int32Array(channels);
  return () => {
    for (let i = 0; i < output.data.length; i++) {
      const channel = Math.floor(i / inner) % channels;
      const steps = Number(input.data[i]) - (zeroPoints[channel] ?? 0);
      output.data[i] = (scales[channel] as number) * steps;
    }
  };
}

export const planDequantize: Planner<'DEQUANTIZE'> = (_, context) => {
  const [input, output] = [context.input(0), floatOutput(context)];
  context.expectCount(output, elementCount(input.shape));
  const { data } = input;
  if (data instanceof Float32Array) return () => output.data.set(data);
  return planPerChannel(context, input, output);
};
