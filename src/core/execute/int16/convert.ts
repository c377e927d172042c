/** QUANTIZE and DEQUANTIZE where one side is int16 (tflite/kernels/{quantize,dequantize}.cc). */
import { elementCount } from '../../model/data.ts';
import { clamp } from '../../model/rounding.ts';
import { multiplyByFixedPoint } from '../fixed-point.ts';
import type { AffineValue, OpContext, Value } from '../int8/context.ts';
import type { Step } from '../int8/kernels.ts';
import type { Planner } from '../int8/ops/planner.ts';
import { quantize } from '../int8/reference/convert.ts';
import { type Int16Value, int16, int16Input } from './values.ts';

type Integers = AffineValue & { readonly data: Int8Array | Uint8Array | Int16Array };

function integers(context: OpContext, value: Value): Integers {
  return value.data instanceof Int16Array ? int16(context, value) : context.quantized(value);
}

/** Another scale or width (reference/requantize.h). */
function requantize(context: OpContext, input: Integers, output: Integers): Step {
  const { multiplier, shift } = context.fixedPoint(input.scale / output.scale);
  return () => {
    for (let i = 0; i < output.data.length; i++) {
      const value = multiplyByFixedPoint((input.data[i] as number) - input.zeroPoint, multiplier, shift);
      output.data[i] = clamp(value + output.zeroPoint, output.min, output.max);
    }
  };
}

export const planQuantize: Planner<'QUANTIZE'> = (_, context) => {
  const [input, output] = [context.input(0), integers(context, context.output())];
  context.expectShape(output, input.shape);
  if (input.data instanceof Float32Array)
    return quantize({ ...output, by: 'division' }, input.data, output.data);
  return requantize(context, integers(context, input), output);
};

/** float32(scale · q), the product in float64 (reference/dequantize.h). */
export const planDequantize: Planner<'DEQUANTIZE'> = (_, context) => {
  const input: Int16Value = int16Input(context, 0);
  const { data, dtype, ...output } = context.output();
  if (!(data instanceof Float32Array)) throw context.unsupported(`to ${dtype}`);
  context.expectCount({ ...output, data, dtype }, elementCount(input.shape));
  return () => {
    for (let i = 0; i < data.length; i++) data[i] = input.scale * (input.data[i] as number);
  };
};
