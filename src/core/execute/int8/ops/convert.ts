import { elementCount } from '../../../model/data.ts';
import { clamp } from '../../../model/rounding.ts';
import { multiplyByFixedPoint } from '../../fixed-point.ts';
import type { OpContext, QuantizedValue } from '../context.ts';
import type { Step } from '../kernels.ts';
import type { Planner } from './planner.ts';
import { eightBitRescale } from './xnnpack.ts';

/** A table for `lookup`: the output of each stored input value, by the value's byte. */
export function tableOf(
  input: QuantizedValue,
  output: QuantizedValue,
  entry: (value: number) => number,
): Int8Array {
  const table = new Int8Array(256);
  for (let value = input.min; value <= input.max; value++)
    table[value & 255] = clamp(entry(value), output.min, output.max);
  return table;
}

/** Other scale or zero point, which is how a plan sees another signedness (tflite/kernels/internal/reference/requantize.h). */
function requantize(context: OpContext, input: QuantizedValue, output: QuantizedValue): Step {
  const direct = eightBitRescale(context, { input, output });
  if (direct !== undefined)
    return context.kernels.lookup(tableOf(input, output, direct), input.data, output.data);
  const { multiplier, shift } = context.fixedPoint(input.scale / output.scale);
  const table = tableOf(
    input,
    output,
    (value) => multiplyByFixedPoint(value - input.zeroPoint, multiplier, shift) + output.zeroPoint,
  );
  return context.kernels.lookup(table, input.data, output.data);
}

export const planQuantize: Planner<'QUANTIZE'> = (_, context) => {
  const input = context.input(0);
  const output = context.quantized(context.output());
  context.expectShape(output, input.shape);
  if (input.data instanceof Float32Array) {
    const by = context.arithmetic === 'xnnpack' ? 'reciprocal' : 'division';
    return context.kernels.quantize({ ...output, by }, input.data, output.data);
  }
  return requantize(context, context.quantized(input), output);
};

/** float32(scale · (q − zero point)), the product in float64 (reference/dequantize.h). */
export const planDequantize: Planner<'DEQUANTIZE'> = (_, context) => {
  const input = context.quantized(context.input(0));
  const output = context.output();
  if (!(output.data instanceof Float32Array)) throw context.unsupported(`to ${output.dtype}`);
  context.expectCount(output, elementCount(input.shape));
  const table = new Float32Array(256);
  for (let value = input.min; value <= input.max; value++)
    table[value & 255] = input.scale * (value - input.zeroPoint);
  return context.kernels.dequantize(table, input.data, output.data);
};
