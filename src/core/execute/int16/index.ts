import type { Planners } from '../int8/ops/planner.ts';
import { arithmeticPlanners } from './arithmetic.ts';
import { planBatchMatMul, planConv2d, planDense, planDepthwise, planTransposeConv } from './conv.ts';
import { planDequantize, planQuantize } from './convert.ts';
import { reducePlanners } from './reduce.ts';
import { planSoftmax } from './softmax.ts';
import { unaryPlanners } from './unary.ts';

/** Every operator that has an int16 kernel of its own. Ops that only move elements need none. */
export const int16Planners: Planners = {
  CONV_2D: planConv2d,
  DEPTHWISE_CONV_2D: planDepthwise,
  TRANSPOSE_CONV: planTransposeConv,
  FULLY_CONNECTED: planDense,
  BATCH_MATMUL: planBatchMatMul,
  SOFTMAX: planSoftmax,
  QUANTIZE: planQuantize,
  DEQUANTIZE: planDequantize,
  ...arithmeticPlanners,
  ...reducePlanners,
  ...unaryPlanners,
};
