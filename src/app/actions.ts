import type { Preprocess } from '../core/images/preprocess.ts';
import { Problem } from '../core/problem.ts';
import type { Recipe } from '../core/quantize/recipe.ts';
import type { GivenFile, Settings } from '../engine/api.ts';
import { forgetThumbnails } from './details.ts';
import { isAlive, reopen, stopWorker, worker } from './engine.ts';
import { fetchExample } from './example.ts';
import { findModel } from './find-model.ts';
import { noHistory, remembered, stepBack, stepForward } from './history.ts';
import { goTo } from './navigate.ts';
import { routeOf } from './routes.ts';
import { getState, setState } from './store.ts';
import { busy, isWorking, nextStep, show, soon, stopWork, work } from './work.ts';

async function openModel(file: GivenFile): Promise<void> {
  const model = await worker().open(file);
  const { given } = getState();
  forgetThumbnails();
  setState({
    model,
    given: { ...given, model: file },
    result: undefined,
    guess: undefined,
    preprocess: undefined,
    history: noHistory,
  });
}

async function openSamples(files: readonly GivenFile[]): Promise<void> {
  const samples = await worker().setSamples(files);
  forgetThumbnails();
  setState({ samples, given: { ...getState().given, samples: files } });
}

/** Guesses the preprocessing; one that was chosen by hand stays. */
async function guess(signal: AbortSignal): Promise<void> {
  const found = await worker().guessPreprocess(undefined, { signal });
  const { guess: before, preprocess } = getState();
  const chosen = preprocess === before?.preprocess ? undefined : preprocess;
  setState({ guess: found, preprocess: chosen ?? found?.preprocess });
}

function settings(): Settings {
  const { preprocess, recipe } = getState();
  return { recipe, ...(preprocess && { preprocess }) };
}

async function compute(signal: AbortSignal, wanted?: Settings): Promise<void> {
  // Opening was cancelled before the guess was made.
  if (wanted === undefined && getState().preprocess === undefined) await guess(signal);
  const result = await worker().compute(wanted ?? settings(), { signal, onProgress: busy });
  setState({ result });
}

async function open(files: readonly GivenFile[], signal: AbortSignal): Promise<void> {
  if (files.length === 0) throw new Problem('images/none', 'There are no files in what was given.');
  const model = await findModel(files);
  nextStep(signal, 'Opening');
  if (model !== undefined) await openModel(model);
  if (getState().model === undefined) {
    throw new Problem('model/inputs', 'These are pictures. Drop the model as well, a float .tflite file.');
  }
  const others = files.filter((file) => file !== model);
  const samples = others.length > 0 ? others : getState().given.samples;
  nextStep(signal, 'Opening');
  if (samples.length === 0) return goTo(routeOf('pictures'));
  await openSamples(samples);
  nextStep(signal, 'Finding out what the model gets');
  await guess(signal);
  goTo(routeOf('overview'));
  await compute(signal);
}

/** Files dropped or chosen: a model, samples, or both at once. */
export function openFiles(files: readonly GivenFile[]): Promise<void> {
  return work('Opening', (signal) => open(files, signal));
}

/** The example that comes with the studio. */
export function openExample(): Promise<void> {
  return work('Loading the example', async (signal) => {
    const files = await fetchExample();
    nextStep(signal, 'Opening');
    await open(files, signal);
  });
}

export function recompute(): Promise<void> {
  return work('Computing', (signal) => compute(signal), 'compute');
}

/** Puts other settings in force and computes with them soon. */
function edit(change: Partial<Settings>): void {
  setState({ ...change, history: remembered(getState().history, settings()) });
  soon(recompute);
}

export function setPreprocess(preprocess: Preprocess): void {
  edit({ preprocess });
}

export function setRecipe(change: Partial<Recipe>): void {
  edit({ recipe: { ...getState().recipe, ...change } });
}

function travel(step: ReturnType<typeof stepBack>): void {
  if (step === undefined) return;
  setState({ ...step.settings, history: step.history });
  soon(recompute);
}

/** Takes the last edit of preprocessing or recipe back. */
export function undo(): void {
  travel(stepBack(getState().history, settings()));
}

/** Does again what was undone. */
export function redo(): void {
  travel(stepForward(getState().history, settings()));
}

/** Stops what is going on; the last good result stays. */
export function cancel(): void {
  stopWork();
  replaceStuckWorker().catch(show);
}

/** A worker that does not let go gives way to another one with the same files, where the last result is made again. */
async function replaceStuckWorker(): Promise<void> {
  if (await isAlive()) return;
  const wanted = isWorking() ? settings() : getState().result?.settings;
  stopWorker();
  await work('Starting again', async (signal) => {
    await reopen();
    if (wanted !== undefined) await compute(signal, wanted);
  });
}

/** One click back after the worker died: the same files, the same settings. */
export function restart(): Promise<void> {
  stopWorker();
  return work('Starting again', async (signal) => {
    await reopen();
    if (getState().samples !== undefined) await compute(signal);
  });
}

export function dismissProblem(): void {
  setState({ problem: undefined });
}

export function showKeyboardHelp(open: boolean): void {
  setState({ keyboardHelp: open });
}
