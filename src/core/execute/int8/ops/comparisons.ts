import type { OpContext } from '../context.ts';
import type { Step } from '../kernels.ts';
import type { Planners } from './planner.ts';

/** Whether a comparison holds for two numbers that are on one scale. */
export type Holds = (left: number, right: number) => boolean;

/** The six comparisons, planned by `plan` in whatever arithmetic it is of. */
export function comparisonPlanners(plan: (context: OpContext, holds: Holds) => Step) {
  return {
    EQUAL: (_, context) => plan(context, (l, r) => l === r),
    NOT_EQUAL: (_, context) => plan(context, (l, r) => l !== r),
    GREATER: (_, context) => plan(context, (l, r) => l > r),
    GREATER_EQUAL: (_, context) => plan(context, (l, r) => l >= r),
    LESS: (_, context) => plan(context, (l, r) => l < r),
    LESS_EQUAL: (_, context) => plan(context, (l, r) => l <= r),
  } satisfies Planners;
}
