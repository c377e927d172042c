import type { PoolOptions } from '../../../model/options.ts';
import type { Int8Value, OpContext } from '../context.ts';
import { slidingWindow } from '../geometry.ts';
import type { PoolParams } from '../kernels.ts';
import type { Planner } from './planner.ts';

function poolParams(
  context: OpContext,
  options: PoolOptions,
  { input, output }: { input: Int8Value; output: Int8Value },
): PoolParams {
  context.expectRank(input, 4);
  context.expectRank(output, 4);
  context.expectSameQuant(input, output);
  if (input.shape[3] !== output.shape[3]) throw context.invalid('a pool keeps the number of channels');
  const filter = { ...options, h: options.filterH, w: options.filterW, dilationH: 1, dilationW: 1 };
  const window = slidingWindow(context, filter, { input: input.shape, output: output.shape });
  return { window, halvesUp: input.unsigned, ...context.activationRange(output, options.activation) };
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
  return context.kernels.maxPool(poolParams(context, op.options, { input, output }), input.data, output.data);
};
