import type { PoolOptions } from '../../../model/options.ts';
import type { AffineValue, OpContext, Value } from '../context.ts';
import { slidingWindow } from '../geometry.ts';
import type { Halves, PoolParams, Window } from '../kernel-params.ts';
import type { Planner } from './planner.ts';

/** A pool of raw values, which needs the same parameters on both sides. */
export function poolParams(
  context: OpContext,
  options: PoolOptions,
  { input, output }: { input: AffineValue; output: AffineValue },
  halves: Halves = 'away',
): PoolParams {
  context.expectSameQuant(input, output);
  return {
    window: poolWindow(context, options, { input, output }),
    halvesUp: input.unsigned,
    ...context.activationRange(output, options.activation, halves),
  };
}

export function poolWindow(
  context: OpContext,
  options: PoolOptions,
  { input, output }: { input: Value; output: Value },
): Window {
  context.expectRank(input, 4);
  context.expectRank(output, 4);
  if (input.shape[3] !== output.shape[3]) throw context.invalid('a pool keeps the number of channels');
  const filter = { ...options, h: options.filterH, w: options.filterW, dilationH: 1, dilationW: 1 };
  return slidingWindow(context, filter, { input: input.shape, output: output.shape });
}

export const planAveragePool: Planner<'AVERAGE_POOL_2D'> = (op, context) => {
  const [input, output] = [context.int8Input(0), context.int8Output()];
  return context.kernels.averagePool(
    poolParams(context, op.options, { input, output }),
    input.data,
    output.data,
  );
};

export const planMaxPool: Planner<'MAX_POOL_2D'> = (op, context) => {
  const [input, output] = [context.int8Input(0), context.int8Output()];
  const halves = context.arithmetic === 'xnnpack' ? 'even' : 'away';
  const params = poolParams(context, op.options, { input, output }, halves);
  return context.kernels.maxPool(params, input.data, output.data);
};
