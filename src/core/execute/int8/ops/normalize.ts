import { elementCount } from '../../../model/data.ts';
import { type Int8Value, type OpContext, size, type Value } from '../context.ts';
import type { SoftmaxParams } from '../kernel-params.ts';
import type { Planner } from './planner.ts';

/** Integer bits of a scaled difference of inputs, and bits of int32 behind the point (PreprocessSoftmaxScaling). */
const INTEGER_BITS = 5;
const FRACTION_BITS = 31 - INTEGER_BITS;

/** Rows along the last axis. */
export function rowsOf(
  context: OpContext,
  input: Value,
  output: Value,
): { readonly rows: number; readonly depth: number } {
  if (input.shape.length === 0) throw context.invalid('it needs at least one dimension');
  context.expectShape(output, input.shape);
  const depth = size(input.shape, input.shape.length - 1);
  return { rows: elementCount(input.shape) / depth, depth };
}

function softmaxParams(
  context: OpContext,
  beta: number,
  values: readonly [Int8Value, Int8Value],
): SoftmaxParams {
  const [input] = values;
  const real = Math.min(beta * input.scale * 2 ** FRACTION_BITS, 2 ** 31 - 1);
  // TensorFlow Lite aborts the process on such an input (QuantizeMultiplierGreaterThanOne).
  if (!(real > 1)) throw context.invalid(`input scale ${input.scale} with beta ${beta} is too small`);
  const { multiplier, shift } = context.fixedPoint(real);
  const radius = Math.floor(((2 ** INTEGER_BITS - 1) * 2 ** FRACTION_BITS) / 2 ** shift);
  return { ...rowsOf(context, ...values), multiplier, shift, minDifference: -radius };
}

export const planSoftmax: Planner<'SOFTMAX'> = (op, context) => {
  const [input, output] = [context.int8Input(0), context.int8Output()];
  context.expectOutput(output, 1 / 256, -128);
  return context.kernels.softmax(
    softmaxParams(context, op.options.beta, [input, output]),
    input.data,
    output.data,
  );
};

export const planLogSoftmax: Planner<'LOG_SOFTMAX'> = (_, context) => {
  const [input, output] = [context.int8Input(0), context.int8Output()];
  context.expectOutput(output, 16 / 256, 127);
  const params = softmaxParams(context, 1, [input, output]);
  const reverse = context.fixedPoint(2 ** (31 - params.shift) / params.multiplier);
  const reversed = { reverseMultiplier: reverse.multiplier, reverseShift: reverse.shift };
  return context.kernels.logSoftmax({ ...params, ...reversed }, input.data, output.data);
};

export const planL2Normalization: Planner<'L2_NORMALIZATION'> = (op, context) => {
  const [input, output] = [context.int8Input(0), context.int8Output()];
  if (op.options.activation !== 'NONE') throw context.unsupported(`with a fused ${op.options.activation}`);
  context.expectOutput(output, 1 / 128, 0);
  const leftShift = input.unsigned ? 7 : 0;
  const params = { ...rowsOf(context, input, output), zeroPoint: input.zeroPoint, leftShift };
  return context.kernels.l2Normalize(params, input.data, output.data);
};
