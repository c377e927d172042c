import { scattered } from '../int8/ops/blocks.ts';
import { inTurn, type Planner } from '../int8/ops/planner.ts';
import { scatterAdd } from '../int8/reference/blocks.ts';
import { floats } from './values.ts';

/** Updates that name the same place are added up, in their order. */
export const planScatterNd: Planner<'SCATTER_ND'> = (_, context) => {
  const { updates, output, params, steps } = scattered(context);
  const [from, to] = [floats(context, updates), floats(context, output)];
  return inTurn([...steps, scatterAdd(params, from.data, to.data)]);
};
