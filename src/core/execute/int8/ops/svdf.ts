import { type OpContext, size, type Value } from '../context.ts';
import { biasOf } from './conv.ts';
import type { Planner } from './planner.ts';

/** An int16 value: time weights, or a state. */
export function int16Data(context: OpContext, value: Value): Int16Array {
  if (!(value.data instanceof Int16Array)) throw context.unsupported(`with ${value.dtype} "${value.name}"`);
  return value.data;
}

export function scaleOf(context: OpContext, value: Value): number {
  const scales = context.scales(value);
  if (scales.length !== 1)
    throw context.unsupported(`on a tensor with ${scales.length} scales ("${value.name}")`);
  return scales[0] as number;
}

/** What an SVDF of any type reads and makes. */
interface SvdfValues {
  readonly input: Value;
  readonly features: Value;
  readonly times: Value;
  readonly state: Value;
  readonly output: Value;
}

/** The sizes of an SVDF, whose values are checked against each other. */
export function svdfSizes(
  context: OpContext,
  rank: number,
  { input, features, times, state, output }: SvdfValues,
) {
  for (const value of [input, features, times, output]) context.expectRank(value, 2);
  const [batch, inputs] = [size(input.shape, 0), size(input.shape, 1)];
  const [filters, memory] = [size(features.shape, 0), size(times.shape, 1)];
  const units = filters / rank;
  if (!(rank >= 1) || !Number.isInteger(units))
    throw context.invalid(`rank ${rank} does not divide ${filters} filters`);
  context.expectShape(features, [filters, inputs]);
  context.expectShape(times, [filters, memory]);
  context.expectShape(state, [batch, memory * filters]);
  context.expectShape(output, [batch, units]);
  return { batch, inputs, units, rank, memory };
}

/** float32 quotients, as tflite/kernels/svdf.cc forms them. */
export const planSvdf: Planner<'SVDF'> = (op, context) => {
  const [input, features, times, state] = [0, 1, 2, 4].map((k) => context.input(k)) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const [x, output] = [context.int8(input), context.int8Output()];
  const sizes = svdfSizes(context, op.options.rank, { input, features, times, state, output });
  const [weights, past] = [context.int8(context.constant(1)), context.constant(2)];
  const stateScale = scaleOf(context, state);
  const toState = Math.fround(Math.fround(x.scale * weights.scale) / stateScale);
  const toOutput = Math.fround(Math.fround(stateScale * scaleOf(context, past)) / output.scale);
  const params = {
    ...sizes,
    featureWeights: weights.data,
    timeWeights: int16Data(context, past),
    bias: biasOf(context, 3, sizes.units),
    inputZeroPoint: x.zeroPoint,
    stateScale: context.fixedPoint(toState),
    outputScale: context.fixedPoint(toOutput),
    outputZeroPoint: output.zeroPoint,
  };
  return context.kernels.svdf(params, { input: x.data, state: int16Data(context, state) }, output.data);
};
