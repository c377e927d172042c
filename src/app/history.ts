import type { Settings } from '../engine/api.ts';

/** Settings before and after those that are in force, for undo and redo; the latest last. */
export interface History {
  readonly past: readonly Settings[];
  readonly future: readonly Settings[];
}

export const noHistory: History = { past: [], future: [] };

/** Steps that can be undone. */
const depth = 100;

/** `before` was given up for something new, so what had been undone is gone. */
export function remembered({ past }: History, before: Settings): History {
  return { past: [...past, before].slice(-depth), future: [] };
}

/** One step back from `now`; `undefined` at the beginning. */
export function stepBack({ past, future }: History, now: Settings): Step | undefined {
  const settings = past.at(-1);
  return settings && { settings, history: { past: past.slice(0, -1), future: [...future, now] } };
}

/** One step forward again from `now`; `undefined` where nothing was undone. */
export function stepForward({ past, future }: History, now: Settings): Step | undefined {
  const settings = future.at(-1);
  return settings && { settings, history: { past: [...past, now], future: future.slice(0, -1) } };
}

interface Step {
  readonly settings: Settings;
  readonly history: History;
}
