/** Pools, reductions, resizes and TOPK_V2 of int16 values: the int8 kernels' arithmetic. */
import type { KnownKind } from '../../model/types.ts';
import type { OpContext } from '../int8/context.ts';
import type { Planner } from '../int8/ops/planner.ts';
import { poolParams } from '../int8/ops/pool.ts';
import { topOf } from '../int8/ops/rank.ts';
import { meanParams, productParams, reduction, sumParams } from '../int8/ops/reduce.ts';
import { resizeParams } from '../int8/ops/resize.ts';
import { averagePool, maxPool } from '../int8/reference/pool.ts';
import { topK } from '../int8/reference/rank.ts';
import { product, reduceMax, reduceMin, sum } from '../int8/reference/reduce.ts';
import { resizeBilinear } from '../int8/reference/resize.ts';
import { int16Input, int16Output } from './values.ts';

function ends(context: OpContext) {
  return { input: int16Input(context, 0), output: int16Output(context) };
}

const planSum: Planner<'SUM'> = (op, context) => {
  const { input, output } = ends(context);
  const together = reduction(context, op.options.keepDims, { input, output });
  const scale = context.fixedPoint(input.scale / output.scale);
  return sum(sumParams({ input, output }, together, scale), input.data, output.data);
};

const planMean: Planner<'MEAN'> = (op, context) => {
  const { input, output } = ends(context);
  const together = reduction(context, op.options.keepDims, { input, output });
  return sum(meanParams(context, { input, output }, together), input.data, output.data);
};

const planReduceProd: Planner<'REDUCE_PROD'> = (op, context) => {
  const { input, output } = ends(context);
  const together = reduction(context, op.options.keepDims, { input, output });
  return product(productParams(context, { input, output }, together), input.data, output.data);
};

const planReduceMax: Planner<'REDUCE_MAX'> = (op, context) => {
  const { input, output } = ends(context);
  context.expectSameQuant(input, output);
  return reduceMax(reduction(context, op.options.keepDims, { input, output }), input.data, output.data);
};

const planReduceMin: Planner<'REDUCE_MIN'> = (op, context) => {
  const { input, output } = ends(context);
  context.expectSameQuant(input, output);
  return reduceMin(reduction(context, op.options.keepDims, { input, output }), input.data, output.data);
};

const planTopK: Planner<'TOPK_V2'> = (_, context) => {
  const { input, output } = ends(context);
  context.expectSameQuant(input, output);
  const { params, indices } = topOf(context, input, output);
  return topK(params, input.data, { values: output.data, indices });
};

const planAveragePool: Planner<'AVERAGE_POOL_2D'> = (op, context) => {
  const { input, output } = ends(context);
  return averagePool(poolParams(context, op.options, { input, output }), input.data, output.data);
};

const planMaxPool: Planner<'MAX_POOL_2D'> = (op, context) => {
  const { input, output } = ends(context);
  return maxPool(poolParams(context, op.options, { input, output }), input.data, output.data);
};

const planResizeBilinear: Planner<'RESIZE_BILINEAR'> = (op, context) => {
  const { input, output } = ends(context);
  return resizeBilinear(resizeParams(context, op.options, { input, output }), input.data, output.data);
};

export const reducePlanners = {
  SUM: planSum,
  MEAN: planMean,
  REDUCE_MAX: planReduceMax,
  REDUCE_MIN: planReduceMin,
  REDUCE_PROD: planReduceProd,
  TOPK_V2: planTopK,
  AVERAGE_POOL_2D: planAveragePool,
  MAX_POOL_2D: planMaxPool,
  RESIZE_BILINEAR: planResizeBilinear,
} satisfies { readonly [K in KnownKind]?: Planner<K> };
