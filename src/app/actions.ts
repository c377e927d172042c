import { DETECT_LENGTH, detect } from '../core/formats/detect.ts';
import type { Preprocess } from '../core/images/preprocess.ts';
import { asProblem, Problem } from '../core/problem.ts';
import type { Recipe } from '../core/quantize/recipe.ts';
import type { ExportTypes, GivenFile, Settings } from '../engine/api.ts';
import { forgetDetails } from './details.ts';
import { ensureAlive, reopen, stopWorker, worker } from './engine.ts';
import type { ShownProblem } from './state.ts';
import { getState, setState } from './store.ts';

let running: AbortController | undefined;

function show(error: unknown, remedy: ShownProblem['remedy'] = 'none'): void {
  const { code, message, details } = asProblem(error);
  if (code === 'compute/cancelled') return;
  // A worker's death has been shown already, with its own remedy.
  if (details.died === true) return;
  setState({ problem: { code, message, details, remedy } });
}

function busy(fraction: number, note: string): void {
  setState({ work: { kind: 'busy', fraction, note } });
}

/** Runs one piece of work at a time; another one takes its place. */
async function work(
  note: string,
  task: (signal: AbortSignal) => Promise<void>,
  remedy?: ShownProblem['remedy'],
): Promise<void> {
  running?.abort();
  const own = new AbortController();
  running = own;
  busy(0, note);
  setState({ problem: undefined });
  try {
    await task(own.signal);
  } catch (error) {
    if (running === own) show(error, remedy);
  } finally {
    if (running === own) {
      running = undefined;
      setState({ work: { kind: 'idle' } });
    }
  }
}

/** Whether a file is a model, by its content; endings only save looking into thousands of pictures. */
async function isModel({ path, file }: GivenFile): Promise<boolean> {
  if (/\.(png|jpe?g|webp|bmp|gif|csv|txt|npy|npz)$/i.test(path)) return false;
  const head = new Uint8Array(await file.slice(0, DETECT_LENGTH).arrayBuffer());
  return detect(head).kind === 'tflite';
}

async function findModel(files: readonly GivenFile[]): Promise<GivenFile | undefined> {
  for (const file of files) if (await isModel(file)) return file;
  // A lone file that holds no samples was meant as a model: opening it says what it is.
  const [only] = files;
  if (files.length !== 1 || only === undefined) return undefined;
  const { kind } = detect(new Uint8Array(await only.file.slice(0, DETECT_LENGTH).arrayBuffer()));
  const samples = ['png', 'jpeg', 'webp', 'bmp', 'gif', 'zip', 'npy', 'npz', 'idx', 'gzip'];
  return samples.includes(kind) ? undefined : only;
}

async function openModel(file: GivenFile): Promise<void> {
  const model = await worker().open(file);
  const { given } = getState();
  forgetDetails();
  setState({
    model,
    given: { ...given, model: file },
    result: undefined,
    guess: undefined,
    preprocess: undefined,
  });
}

async function openSamples(files: readonly GivenFile[]): Promise<void> {
  const samples = await worker().setSamples(files);
  forgetDetails();
  setState({ samples, given: { ...getState().given, samples: files } });
}

async function guess(signal: AbortSignal): Promise<void> {
  const found = await worker().guessPreprocess(undefined, { signal });
  setState({ guess: found, preprocess: found?.preprocess });
}

function settings(): Settings {
  const { preprocess, recipe } = getState();
  return { recipe, ...(preprocess && { preprocess }) };
}

async function compute(signal: AbortSignal): Promise<void> {
  const result = await worker().compute(settings(), { signal, onProgress: busy });
  forgetDetails();
  setState({ result });
}

/** Files dropped or chosen: a model, samples, or both at once. */
export function openFiles(files: readonly GivenFile[]): Promise<void> {
  return work('Opening', async (signal) => {
    const model = await findModel(files);
    const others = files.filter((file) => file !== model);
    if (model !== undefined) await openModel(model);
    if (getState().model === undefined) {
      throw new Problem('model/inputs', 'These are pictures. Drop the model as well, a float .tflite file.');
    }
    const samples = others.length > 0 ? others : getState().given.samples;
    if (samples.length === 0) return goTo('#/pictures');
    await openSamples(samples);
    busy(0, 'Finding out what the model gets');
    await guess(signal);
    goTo('#/overview');
    await compute(signal);
  });
}

/** The part of `example.json` that opening needs. */
interface ExampleIndex {
  readonly model: string;
  readonly labels: string;
  readonly pictures: readonly { readonly file: string }[];
}

const exampleFolder = 'examples/fruit/';

async function fetchFile(path: string): Promise<GivenFile> {
  const response = await fetch(new URL(exampleFolder + path, document.baseURI));
  if (!response.ok)
    throw new Problem('file/unreadable', `The example's ${path} cannot be loaded (${response.status}).`);
  return { path, file: await response.blob() };
}

/** The example that comes with the studio. */
export function openExample(): Promise<void> {
  let files: readonly GivenFile[] = [];
  return work('Loading the example', async () => {
    const index = await fetchFile('example.json');
    const { model, pictures } = JSON.parse(await index.file.text()) as ExampleIndex;
    files = await Promise.all([model, ...pictures.map(({ file }) => file)].map(fetchFile));
  }).then(() => (files.length > 0 ? openFiles(files) : undefined));
}

/** Pause between an edit and the work that follows, ms, so that a row of edits starts it once. */
const settle = 100;
let timer: ReturnType<typeof setTimeout> | undefined;

function computeSoon(): void {
  clearTimeout(timer);
  timer = setTimeout(recompute, settle);
}

export function recompute(): Promise<void> {
  return work('Computing', compute, 'compute');
}

export function setPreprocess(preprocess: Preprocess): void {
  setState({ preprocess });
  computeSoon();
}

export function setRecipe(change: Partial<Recipe>): void {
  setState({ recipe: { ...getState().recipe, ...change } });
  computeSoon();
}

/** Stops what is going on; the last good result stays. */
export function cancel(): void {
  running?.abort();
  running = undefined;
  setState({ work: { kind: 'idle' } });
  ensureAlive().catch(show);
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

export async function openExport(types?: ExportTypes): Promise<void> {
  const { recipe, exporting } = getState();
  const chosen = types ?? exporting ?? recipe;
  const { inputType, outputType } = chosen;
  setState({ exporting: { inputType, outputType, state: { kind: 'working' } } });
  try {
    const { name, bytes, checks } = await worker().exportModel({ inputType, outputType });
    const file = new Blob([bytes], { type: 'application/octet-stream' });
    setState({ exporting: { inputType, outputType, state: { kind: 'ready', name, file, checks } } });
  } catch (error) {
    const { message } = asProblem(error);
    setState({ exporting: { inputType, outputType, state: { kind: 'failed', message } } });
  }
}

export function closeExport(): void {
  setState({ exporting: undefined });
}

/** Hands the checked file to the browser as a download. */
export function saveExport(): void {
  const state = getState().exporting?.state;
  if (state?.kind !== 'ready') return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(state.file);
  link.download = state.name;
  link.click();
  // The download has taken hold of the blob by the next turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}

function goTo(hash: string): void {
  window.location.hash = hash;
}
