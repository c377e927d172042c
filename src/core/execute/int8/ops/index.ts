import { planAdd, planMul, planSub } from './arithmetic.ts';
import { blockPlanners } from './blocks.ts';
import { castPlanners } from './cast.ts';
import { planConv2d, planDepthwise, planTransposeConv } from './conv.ts';
import { planDequantize, planQuantize } from './convert.ts';
import { planBatchMatMul, planDense } from './dense.ts';
import { planConcatenation, planPack } from './join.ts';
import { planLstm, planSequenceLstm } from './lstm.ts';
import { movePlanners } from './moves.ts';
import { planL2Normalization, planLogSoftmax, planSoftmax } from './normalize.ts';
import { padPlanners } from './pad.ts';
import { pairPlanners } from './pairs.ts';
import type { Planners } from './planner.ts';
import { planAveragePool, planMaxPool } from './pool.ts';
import { rankPlanners } from './rank.ts';
import { planMean, planReduceMax, planReduceMin, planReduceProd, planSum } from './reduce.ts';
import { planResizeBilinear, planResizeNearest } from './resize.ts';
import { runningSumPlanners } from './running-sums.ts';
import { planSvdf } from './svdf.ts';
import { unaryPlanners } from './unary.ts';
import { variablePlanners } from './variables.ts';

/** Every operator that has an int8 kernel. */
export const int8Planners: Planners = {
  CONV_2D: planConv2d,
  DEPTHWISE_CONV_2D: planDepthwise,
  TRANSPOSE_CONV: planTransposeConv,
  FULLY_CONNECTED: planDense,
  BATCH_MATMUL: planBatchMatMul,
  ADD: planAdd,
  SUB: planSub,
  MUL: planMul,
  AVERAGE_POOL_2D: planAveragePool,
  MAX_POOL_2D: planMaxPool,
  MEAN: planMean,
  SUM: planSum,
  REDUCE_MAX: planReduceMax,
  REDUCE_MIN: planReduceMin,
  REDUCE_PROD: planReduceProd,
  SOFTMAX: planSoftmax,
  LOG_SOFTMAX: planLogSoftmax,
  L2_NORMALIZATION: planL2Normalization,
  QUANTIZE: planQuantize,
  DEQUANTIZE: planDequantize,
  CONCATENATION: planConcatenation,
  PACK: planPack,
  RESIZE_BILINEAR: planResizeBilinear,
  RESIZE_NEAREST_NEIGHBOR: planResizeNearest,
  SVDF: planSvdf,
  LSTM: planLstm,
  UNIDIRECTIONAL_SEQUENCE_LSTM: planSequenceLstm,
  ...unaryPlanners,
  ...pairPlanners,
  ...movePlanners,
  ...padPlanners,
  ...blockPlanners,
  ...rankPlanners,
  ...runningSumPlanners,
  ...castPlanners,
  ...variablePlanners,
};
