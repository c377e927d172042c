import type { Preprocess } from '../core/images/preprocess.ts';
import { asProblem, Problem } from '../core/problem.ts';
import type { Recipe } from '../core/quantize/recipe.ts';
import type { GivenFile, Settings } from '../engine/api.ts';
import { isAlive, revive, stopWorker, worker } from './engine.ts';
import { fetchExample } from './example.ts';
import { remembered, stepBack, stepForward } from './history.ts';
import { compute, lacksSamples, open, type Wanted } from './opening.ts';
import { isStale, settingsOf } from './settings.ts';
import { getState, setState } from './store.ts';
import { isWorking, nextStep, show, soon, stopWork, work } from './work.ts';

/** How files are opened: once more after the worker died of them, or after something else came between. */
type Opening = (signal: AbortSignal) => Promise<void>;

/** What is being opened. */
let opening: Opening | undefined;

async function keepOpening(task: Opening, signal: AbortSignal): Promise<void> {
  opening = task;
  try {
    await task(signal);
    opening = undefined;
  } catch (error) {
    if (asProblem(error).code !== 'compute/stopped' && opening === task) opening = undefined;
    throw error;
  }
}

function startOpening(note: string, task: Opening, keepProblem = false): Promise<void> {
  return work(note, (signal) => keepOpening(task, signal), { keepProblem });
}

/** The files that were given last, which may be opened once more when something is known that they do not say. */
let given: readonly GivenFile[] = [];

/** Files dropped or chosen: a model, samples, or both at once. When they are refused, what they interrupted goes on. */
export function openFiles(files: readonly GivenFile[]): Promise<void> {
  given = files;
  return openWanted({ files });
}

/** Opens the files that were given last with the sizes that their model leaves open. */
export function openWithSizes(sizes: Readonly<Record<string, number>>): Promise<void> {
  return openWanted({ files: given, sizes });
}

async function openWanted(wanted: Wanted): Promise<void> {
  const interrupted = isWorking();
  const before = interrupted ? opening : undefined;
  await startOpening('Opening', (signal) => open(wanted, signal));
  const { problem, model, result } = getState();
  const refused = problem !== undefined && problem.remedy !== 'restart' && !isWorking();
  if (refused && before !== undefined) await startOpening('Opening', before, true);
  else if (interrupted && refused && model !== undefined && (result === undefined || isStale(getState())))
    await work('Computing', computeAnew, { remedy: 'compute', keepProblem: true });
}

/** The example that comes with the studio. */
export function openExample(): Promise<void> {
  return startOpening('Loading the example', async (signal) => {
    const files = await fetchExample();
    nextStep(signal, 'Opening');
    await open({ files }, signal);
  });
}

async function computeAnew(signal: AbortSignal): Promise<void> {
  await revive();
  const state = getState();
  if (state.model === undefined) return;
  if (await lacksSamples(state)) {
    // Without a result, the screen says itself what is missing.
    if (state.result === undefined) return;
    throw new Problem('images/none', 'This recipe measures ranges on pictures, and there are none yet.');
  }
  // Opening was cancelled before the preprocessing was guessed.
  if (state.samples?.kind === 'pictures' && state.preprocess === undefined) {
    const guess = await worker().guessPreprocess(undefined, { signal });
    setState({ guess, preprocess: guess?.preprocess });
  }
  setState({ result: await compute(settingsOf(getState()), signal) });
}

/** Computes with the settings that are in force. */
export function recompute(): Promise<void> {
  return work('Computing', computeAnew, { remedy: 'compute' });
}

/** Computes with new settings soon; what is just being opened is opened with them. */
function goOnSoon(): void {
  const task = opening;
  soon(() => (task === undefined ? recompute() : startOpening('Opening', task)));
}

/** Puts other settings in force and computes with them soon. */
function edit(change: Partial<Settings>): void {
  setState({ ...change, history: remembered(getState().history, settingsOf(getState())) });
  goOnSoon();
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
  goOnSoon();
}

/** Takes the last edit of preprocessing or recipe back. */
export function undo(): void {
  travel(stepBack(getState().history, settingsOf(getState())));
}

/** Does again what was undone. */
export function redo(): void {
  travel(stepForward(getState().history, settingsOf(getState())));
}

/** Stops what is going on; the last good result stays. */
export function cancel(): void {
  stopWork();
  replaceStuckWorker().catch(show);
}

/** A worker that does not let go gives way to another one with the same files, where the last result is made again. */
async function replaceStuckWorker(): Promise<void> {
  if (await isAlive()) return;
  stopWorker();
  // Work that was asked for in the meantime begins with another worker by itself.
  if (isWorking()) return;
  const wanted = getState().result?.settings;
  await work('Starting again', async (signal) => {
    await revive();
    if (wanted !== undefined) setState({ result: await compute(wanted, signal) });
  });
}

/** One click back after the worker died: the same files, the same settings. */
export function restart(): Promise<void> {
  return opening === undefined
    ? work('Starting again', computeAnew)
    : startOpening('Starting again', opening);
}

export function dismissProblem(): void {
  setState({ problem: undefined });
}

export function showKeyboardHelp(open: boolean): void {
  setState({ keyboardHelp: open });
}
