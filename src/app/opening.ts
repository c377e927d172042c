import { Problem } from '../core/problem.ts';
import type { Recipe } from '../core/quantize/recipe.ts';
import type { GivenFile, OpenRequest, Settings } from '../engine/api.ts';
import { forgetThumbnails } from './details.ts';
import { revive, worker } from './engine.ts';
import { findModel, mayBeOfModel } from './find-model.ts';
import { noHistory } from './history.ts';
import { goTo } from './navigate.ts';
import { routeOf } from './routes.ts';
import { settingsOf } from './settings.ts';
import type { State } from './state.ts';
import { getState, setState } from './store.ts';
import { busy, nextStep } from './work.ts';

/** What opening files changes. */
type Opened = Pick<State, 'given' | 'recipe' | 'history'> & {
  readonly [K in 'model' | 'samples' | 'guess' | 'preprocess']: State[K] | undefined;
};

function openedNow(): Opened {
  const { given, recipe, history, model, samples, guess, preprocess } = getState();
  return { given, recipe, history, model, samples, guess, preprocess };
}

/** A recipe without what is about one model: ranges set by hand, and exceptions, which are refused where they match nothing. */
function ofAnyModel(recipe: Recipe): Recipe {
  return { ...recipe, rules: [], ranges: {}, inputMapping: [] };
}

async function withModel(before: Opened, request: OpenRequest, signal: AbortSignal): Promise<Opened> {
  const model = await worker().open(request, { signal });
  const given = { ...before.given, model: request };
  // The same file again, perhaps trained on, keeps them.
  const same = before.model === undefined || before.model.name === model.name;
  const recipe = same ? before.recipe : ofAnyModel(before.recipe);
  const nothing = { guess: undefined, preprocess: undefined, history: noHistory };
  return { ...before, ...nothing, given, recipe, model };
}

/** The preprocessing is guessed; one that was chosen by hand stays, as long as there are pictures that it is for. */
async function withSamples(
  before: Opened,
  files: readonly GivenFile[],
  signal: AbortSignal,
): Promise<Opened> {
  const samples = await worker().setSamples(files, { signal });
  nextStep(signal, 'Finding out what the model gets');
  const guess = await worker().guessPreprocess(undefined, { signal });
  const byHand = before.preprocess === before.guess?.preprocess ? undefined : before.preprocess;
  const preprocess = samples.kind === 'pictures' ? (byHand ?? guess?.preprocess) : undefined;
  const given = { ...before.given, samples: files };
  return { ...before, given, samples, guess, preprocess, history: noHistory };
}

function show(opened: Opened, result?: State['result']): void {
  forgetThumbnails();
  setState({ ...opened, result });
}

export function compute(settings: Settings, signal: AbortSignal): Promise<State['result']> {
  return worker().compute(settings, { signal, onProgress: busy });
}

/** A link to a screen stays where it leads; otherwise a new model is first looked at as a whole. */
function showOverview(first: boolean, newModel: boolean): void {
  const { screen } = getState().route;
  if (screen === 'start' || screen === 'pictures' || (newModel && !first)) goTo(routeOf('overview'));
}

/** Whether the recipe needs samples that are not there. */
export async function lacksSamples({
  samples,
  recipe,
}: {
  readonly samples?: State['samples'] | undefined;
  readonly recipe: Recipe;
}): Promise<boolean> {
  return samples === undefined && (await worker().needsSamples(recipe));
}

/** What is to be opened. */
export interface Wanted {
  readonly files: readonly GivenFile[];
  /** Sizes that the model among them leaves open. */
  readonly sizes?: Readonly<Record<string, number>>;
}

async function openAll({ files, sizes = {} }: Wanted, signal: AbortSignal): Promise<void> {
  if (files.length === 0) throw new Problem('images/none', 'There are no files in what was given.');
  const model = await findModel(files);
  nextStep(signal, 'Opening');
  const [before, had] = [openedNow(), getState().result !== undefined];
  const beside = files.filter((file) => file !== model && mayBeOfModel(file));
  let opened = model === undefined ? before : await withModel(before, { file: model, beside, sizes }, signal);
  if (opened.model === undefined)
    throw new Problem(
      'model/inputs',
      'These are pictures. Drop the model as well, a float .tflite or .onnx file.',
    );
  const others = files.filter((file) => file !== model && !opened.model?.taken.includes(file.path));
  const samples = others.length > 0 ? others : before.given.samples;
  nextStep(signal, 'Opening');
  // Without an earlier result there is nothing to lose by showing what is open already.
  if (!had) show(opened);
  if (samples.length > 0) opened = await withSamples(opened, samples, signal);
  else if (await lacksSamples({ recipe: opened.recipe })) {
    await worker().forget(undefined);
    show(opened);
    return goTo(routeOf('pictures'));
  }
  if (!had) {
    show(opened);
    showOverview(true, model !== undefined);
  }
  const asked = getState();
  const result = await compute(settingsOf(opened), signal);
  // An edit that came in the last moment has its own computation to come.
  const { recipe, history } = getState();
  show(asked.recipe === recipe ? opened : { ...opened, recipe, history }, result);
  if (had) showOverview(false, model !== undefined);
}

/**
 * Opens a model, samples, or both. The last good result, with what it was made from, stays until there is another, and when
 * there will be none.
 */
export async function open(wanted: Wanted, signal: AbortSignal): Promise<void> {
  await revive();
  try {
    await openAll(wanted, signal);
  } catch (error) {
    if (getState().result !== undefined) revert();
    throw error;
  }
}

/** Back to what the last result was made from. A worker that is no more is told of it when the next one starts. */
function revert(): void {
  try {
    worker()
      .revert(undefined)
      .catch(() => {});
  } catch {}
}
