import type { Planners } from '../int8/ops/planner.ts';
import { planDequantize, planQuantize } from './convert.ts';
import { layerPlanners } from './layers.ts';
import { logicPlanners } from './logic.ts';
import { planLstm } from './lstm.ts';
import { normalizePlanners } from './normalize.ts';
import { pairPlanners } from './pairs.ts';
import { poolPlanners } from './pool.ts';
import { reducePlanners } from './reduce.ts';
import { planResizeBilinear } from './resize.ts';
import { planScatterNd } from './scatter.ts';
import { planSvdf } from './svdf.ts';
import { unaryPlanners } from './unary.ts';

/** Every operator that has a float32 kernel of its own. Ops that only move elements need none. */
export const float32Planners: Planners = {
  ...layerPlanners,
  ...poolPlanners,
  ...reducePlanners,
  ...normalizePlanners,
  ...unaryPlanners,
  ...pairPlanners,
  ...logicPlanners,
  RESIZE_BILINEAR: planResizeBilinear,
  QUANTIZE: planQuantize,
  DEQUANTIZE: planDequantize,
  SCATTER_ND: planScatterNd,
  SVDF: (op, context) => planSvdf(op, context),
  LSTM: (op, context) => planLstm(op, context),
  UNIDIRECTIONAL_SEQUENCE_LSTM: (op, context) => planLstm(op, context),
};
