import { asProblem } from '../core/problem.ts';
import type { ExportTypes } from '../engine/api.ts';
import { download } from './download.ts';
import { worker } from './engine.ts';
import type { ExportState, State } from './state.ts';
import { getState, setState, useStudio } from './store.ts';

async function makeFile(types: ExportTypes): Promise<ExportState> {
  try {
    const { name, bytes, checks } = await worker().exportModel(types);
    const file = new Blob([bytes], { type: 'application/octet-stream' });
    return { kind: 'ready', name, file, checks };
  } catch (error) {
    return { kind: 'failed', message: asProblem(error).message };
  }
}

/** Makes and checks the file of the result that is shown, with other types when they are given. */
export async function openExport(types?: ExportTypes): Promise<void> {
  const { result, work, exporting } = getState();
  const chosen = types ?? exporting ?? result?.settings.recipe;
  if (chosen === undefined) return;
  const { inputType, outputType } = chosen;
  const asked = { inputType, outputType, state: { kind: 'working' } } as const;
  setState({ exporting: asked });
  // The result that comes, or that stays, makes it.
  if (work.kind === 'busy') return;
  const state = await makeFile({ inputType, outputType });
  // Else it was closed, or asked for again, in the meantime.
  if (getState().exporting === asked) setState({ exporting: { ...asked, state } });
}

/** What an open dialog must do after a change of the page's state. */
function follow(now: State, before: State): void {
  if (now.exporting === undefined) return;
  if (now.result === undefined || (now.result !== before.result && now.model !== before.model)) {
    closeExport();
    return;
  }
  const newMode = now.result.settings.recipe.mode !== before.result?.settings.recipe.mode;
  const ended = before.work.kind === 'busy' && now.work.kind === 'idle';
  if (now.result !== before.result || ended)
    openExport(newMode ? now.result.settings.recipe : now.exporting).catch(() => {});
}

/** Keeps the file in the dialog that of the result shown. Called once, when the page starts. */
export function keepExportCurrent(): () => void {
  return useStudio.subscribe(follow);
}

export function closeExport(): void {
  setState({ exporting: undefined });
}

/** Hands the checked file over as a download. */
export function saveExport(): void {
  const state = getState().exporting?.state;
  if (state?.kind === 'ready') download(state.name, state.file);
}
