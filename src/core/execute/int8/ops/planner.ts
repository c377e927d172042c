import type { KnownKind, OpOf } from '../../../model/types.ts';
import type { OpContext } from '../context.ts';
import type { CompositeStep, Step } from '../kernels.ts';

/**
 * Turns an op into a step: checks its shapes, types and quantization against each other, computes the constants of its
 * kernel and prepares it.
 * @throws Problem `model/unsupported-op` for a form without a kernel, `model/invalid` for a broken rule
 */
export type Planner<K extends KnownKind> = (op: OpOf<K>, context: OpContext) => Step;

/** The planners of one arithmetic. */
export type Planners = { readonly [K in KnownKind]?: Planner<K> };

/** Several steps as one. */
export function inTurn(steps: readonly Step[]): CompositeStep {
  const run = () => {
    for (const step of steps) step();
  };
  return Object.assign(run, { parts: steps });
}
