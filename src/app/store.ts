import { create } from 'zustand';
import { initialState, type State } from './state.ts';

/** The page's only store. Components read it with a selector; only actions write it. */
export const useStudio = create<State>(() => initialState);

export function getState(): State {
  return useStudio.getState();
}

/** Replaces fields; `undefined` takes an optional one away. */
export function setState(change: { readonly [K in keyof State]?: State[K] | undefined }): void {
  useStudio.setState(change as Partial<State>);
}
