import { asProblem } from '../core/problem.ts';
import type { ExportTypes } from '../engine/api.ts';
import { download } from './download.ts';
import { worker } from './engine.ts';
import type { ExportState } from './state.ts';
import { getState, setState } from './store.ts';

async function makeFile(types: ExportTypes): Promise<ExportState> {
  try {
    const { name, bytes, checks } = await worker().exportModel(types);
    const file = new Blob([bytes], { type: 'application/octet-stream' });
    return { kind: 'ready', name, file, checks };
  } catch (error) {
    return { kind: 'failed', message: asProblem(error).message };
  }
}

/** Makes and checks the file, with other types when they are given. */
export async function openExport(types?: ExportTypes): Promise<void> {
  const { result, exporting } = getState();
  const chosen = types ?? exporting ?? result?.settings.recipe;
  if (chosen === undefined) return;
  const { inputType, outputType } = chosen;
  const asked = { inputType, outputType, state: { kind: 'working' } } as const;
  setState({ exporting: asked });
  const state = await makeFile({ inputType, outputType });
  // Else it was closed, or asked for with other types, in the meantime.
  if (getState().exporting === asked) setState({ exporting: { ...asked, state } });
}

export function closeExport(): void {
  setState({ exporting: undefined });
}

/** Hands the checked file over as a download. */
export function saveExport(): void {
  const state = getState().exporting?.state;
  if (state?.kind === 'ready') download(state.name, state.file);
}
