import { onnxQuantizationOf, usualOnnxChoice } from '../core/pipeline/onnx-choice.ts';
import { asProblem } from '../core/problem.ts';
import type { Recipe } from '../core/quantize/recipe.ts';
import type { ExportRequest, OpenedModel } from '../engine/api.ts';
import { download } from './download.ts';
import { worker } from './engine.ts';
import type { ExportState, State } from './state.ts';
import { getState, setState, useStudio } from './store.ts';

async function makeFile(request: ExportRequest): Promise<ExportState> {
  try {
    const { name, bytes, checks } = await worker().exportModel(request);
    const file = new Blob([bytes], { type: 'application/octet-stream' });
    return { kind: 'ready', name, file, checks };
  } catch (error) {
    return { kind: 'failed', message: asProblem(error).message };
  }
}

/** What is written in each format unless somebody asks for something else; the first is what the recipe is about. */
export function usualRequests(recipe: Recipe, { formats }: OpenedModel): readonly ExportRequest[] {
  const { inputType, outputType } = recipe;
  return formats.flatMap((format): readonly ExportRequest[] => {
    if (format === 'tflite') return [{ format, inputType, outputType }];
    return onnxQuantizationOf(recipe) === undefined ? [] : [{ format, ...usualOnnxChoice(recipe) }];
  });
}

/** Makes and checks a file of the result that is shown; the one of the open dialog unless another is asked for. */
export async function openExport(asks?: ExportRequest): Promise<void> {
  const { result, work, exporting, model } = getState();
  if (result === undefined || model === undefined) return;
  const [usual] = usualRequests(result.settings.recipe, model);
  const request = asks ?? exporting?.request ?? usual;
  if (request === undefined) return;
  const asked = { request, state: { kind: 'working' } } as const;
  setState({ exporting: asked });
  // The result that comes, or that stays, makes it.
  if (work.kind === 'busy') return;
  const state = await makeFile(request);
  // Else it was closed, or asked for again, in the meantime.
  if (getState().exporting === asked) setState({ exporting: { ...asked, state } });
}

/** What a recipe of another mode writes, in the format that was chosen where it can. */
function sameFormat(
  { format }: ExportRequest,
  recipe: Recipe,
  model: OpenedModel,
): ExportRequest | undefined {
  const requests = usualRequests(recipe, model);
  return requests.find((request) => request.format === format) ?? requests[0];
}

/** What an open dialog must do after a change of the page's state. */
function follow(now: State, before: State): void {
  if (now.exporting === undefined) return;
  if (
    now.model === undefined ||
    now.result === undefined ||
    (now.result !== before.result && now.model !== before.model)
  ) {
    closeExport();
    return;
  }
  const { recipe } = now.result.settings;
  const newMode = recipe.mode !== before.result?.settings.recipe.mode;
  const ended = before.work.kind === 'busy' && now.work.kind === 'idle';
  if (now.result !== before.result || ended)
    openExport(newMode ? sameFormat(now.exporting.request, recipe, now.model) : now.exporting.request).catch(
      () => {},
    );
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
