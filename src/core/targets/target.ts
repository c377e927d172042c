import type { OpView } from './view.ts';

/** How code, the command line and files name the targets. */
export type TargetId = 'litert' | 'xnnpack' | 'tflm' | 'cmsis-nn' | 'edge-tpu' | 'ethos-u';

/**
 * How an op runs on a target. native: on the kernels or the unit that the target is about. fallback: on the plain kernels
 * beneath it, on the CPU. missing: there is no kernel, and the model does not load.
 */
export type Verdict = 'native' | 'fallback' | 'missing';

/** What a target makes of one op. */
export interface Cell {
  readonly verdict: Verdict;
  /** Why it is not native: completes “because …”. */
  readonly reason?: string;
}

/** One column of the table: a runtime or an accelerator, with its rules. */
export interface Target {
  readonly id: TargetId;
  readonly title: string;
  /** Where the rules come from, with the version. */
  readonly source: string;
  /** What becomes of one op, looked at alone. */
  assess(view: OpView): Cell;
}

/** The target's own kernel or unit runs the op. */
export const native: Cell = { verdict: 'native' };

/** The runtime beneath the target runs the op. @param reason - completes “because …”. */
export function fallback(reason: string): Cell {
  return { verdict: 'fallback', reason };
}

/** Nothing on the target runs the op. @param reason - completes “because …”. */
export function missing(reason: string): Cell {
  return { verdict: 'missing', reason };
}

/**
 * The verdict on an op that a target leaves to the runtime beneath it, which may lack the kernel, too.
 * @param beneath - that runtime's own verdict.
 */
export function leftTo(beneath: Cell, reason: string): Cell {
  return beneath.verdict === 'missing' ? beneath : fallback(reason);
}

const ranks: Readonly<Record<Verdict, number>> = { native: 0, fallback: 1, missing: 2 };

/** Whether one verdict is better than another. */
export function isBetter(verdict: Verdict, than: Verdict): boolean {
  return ranks[verdict] < ranks[than];
}

/** Names in a text, one after another. */
export function setOf(names: string): ReadonlySet<string> {
  return new Set(names.trim().split(/\s+/));
}
