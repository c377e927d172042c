import type { Settings } from '../engine/api.ts';
import type { State } from './state.ts';

/** What a computation would depend on now. */
export function settingsOf({
  preprocess,
  recipe,
}: {
  readonly preprocess?: State['preprocess'] | undefined;
  readonly recipe: State['recipe'];
}): Settings {
  return { recipe, ...(preprocess && { preprocess }) };
}

/** Whether the result that is shown was made with other settings than those in force. */
export function isStale(state: State): boolean {
  if (state.result === undefined) return false;
  // The worker's answer is a copy.
  return JSON.stringify(sorted(state.result.settings)) !== JSON.stringify(sorted(settingsOf(state)));
}

/** Fields in one order, and those that are not set left out. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, sorted(field)]),
  );
}
