import type { OpView } from './view.ts';

export type TargetId = 'litert' | 'xnnpack' | 'tflm' | 'cmsis-nn' | 'edge-tpu' | 'ethos-u';

/**
 * How an op runs on a target. native: on the kernels or the unit that the target is about. fallback: on the plain kernels
 * beneath it, on the CPU. missing: there is no kernel, and the model does not load.
 */
export type Verdict = 'native' | 'fallback' | 'missing';

export interface Cell {
  readonly verdict: Verdict;
  /** Why it is not native: completes “because …”. */
  readonly reason?: string;
}

export interface Target {
  readonly id: TargetId;
  readonly title: string;
  /** Where the rules come from, with the version. */
  readonly source: string;
  assess(view: OpView): Cell;
}

export const native: Cell = { verdict: 'native' };

export function fallback(reason: string): Cell {
  return { verdict: 'fallback', reason };
}

export function missing(reason: string): Cell {
  return { verdict: 'missing', reason };
}

/** Names in a text, one after another. */
export function setOf(names: string): ReadonlySet<string> {
  return new Set(names.trim().split(/\s+/));
}
