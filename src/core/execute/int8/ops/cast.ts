/** CAST, and ops whose values are known as soon as shapes are. */
import type { KnownKind } from '../../../model/types.ts';
import { INT32_MAX, INT32_MIN } from '../../fixed-point.ts';
import type { OpContext, Value } from '../context.ts';
import type { Step } from '../kernels.ts';
import { UNSIGNED_OFFSET } from '../unsigned.ts';
import { planMove } from './moves.ts';
import type { Planner } from './planner.ts';
import { statedIntegers } from './stated.ts';

/** A float becomes the nearest of these; to the other integer types it wraps, as a C conversion does on most machines. */
function saturated({ dtype, unsigned }: Value): readonly [number, number] | undefined {
  if (unsigned) return [0, 255];
  if (dtype === 'int16') return [-(2 ** 15), 2 ** 15 - 1];
  return dtype === 'int32' ? [INT32_MIN, INT32_MAX] : undefined;
}

const planCast: Planner<'CAST'> = (_, context) => {
  const [input, output] = [context.input(0), context.output()];
  context.expectShape(output, input.shape);
  const offset = (value: Value): number => (value.unsigned ? UNSIGNED_OFFSET : 0);
  const params = {
    inputOffset: offset(input),
    outputOffset: offset(output),
    range: saturated(output),
    toBool: output.dtype === 'bool',
  };
  return context.kernels.cast(params, input.data, output.data);
};

/** Writes the same integers in every run. */
function planNumbers(context: OpContext, numbers: readonly number[]): Step {
  const { data, dtype } = context.output();
  if (data instanceof Int32Array) return () => data.set(numbers);
  if (data instanceof BigInt64Array) return () => data.set(numbers.map(BigInt));
  throw context.unsupported(`to ${dtype}`);
}

const planShape: Planner<'SHAPE'> = (_, context) => {
  const { shape } = context.input(0);
  context.expectShape(context.output(), [shape.length]);
  return planNumbers(context, shape);
};

const planRank: Planner<'RANK'> = (_, context) => {
  context.expectShape(context.output(), []);
  return planNumbers(context, [context.input(0).shape.length]);
};

const planFill: Planner<'FILL'> = (_, context) => {
  const [input, output] = [context.input(1), context.output()];
  context.expectCount(input, 1);
  context.expectShape(output, statedIntegers(context, 0, output.shape));
  const count = output.data.length;
  return planMove(context, { input, output, source: new Int32Array(count) });
};

export const castPlanners = {
  CAST: planCast,
  SHAPE: planShape,
  RANK: planRank,
  FILL: planFill,
} satisfies { readonly [K in KnownKind]?: Planner<K> };
