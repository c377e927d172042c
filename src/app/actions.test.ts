import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { codecAssets } from '../cli/codec-assets.ts';
import { nodeKernels } from '../cli/kernel-builds.ts';
import { pictureDecoder } from '../codecs/decode.ts';
import type { EngineApi, GivenFile } from '../engine/api.ts';
import { type Methods, serve } from '../engine/rpc.ts';
import { Session } from '../engine/session.ts';
import { createFloatRuntime } from '../float/runtime.ts';
import { cancel, openFiles, restart, setPreprocess, setRecipe, undo } from './actions.ts';
import { stopWorker } from './engine.ts';
import { closeExport, keepExportCurrent, openExport } from './exporting.ts';
import { isStale } from './settings.ts';
import { initialState, type State } from './state.ts';
import { getState, useStudio } from './store.ts';

const example = join(import.meta.dirname, '../../public/examples/fruit');

function given(path: string): GivenFile {
  return { path, file: new Blob([readFileSync(join(example, path))]) };
}

const model = given('model.tflite');
const pictures = [1, 2, 3, 4].map((n) => given(`pictures/apple/0${n}.png`));

/** The browser's worker, with a session in this thread behind it. */
class FakeWorker {
  static readonly all: FakeWorker[] = [];
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: (() => void) | undefined;
  /** As one that is in the middle of an endless picture. */
  hangs = false;
  readonly #ports = new MessageChannel();

  constructor() {
    FakeWorker.all.push(this);
    const decode = pictureDecoder(codecAssets());
    const life = Promise.resolve('');
    const session: Methods<EngineApi> = new Session({
      decode,
      runtime: createFloatRuntime(),
      kernels: async () => nodeKernels(),
      now: () => performance.now(),
      life,
    });
    serve<EngineApi>(this.#ports.port2 as never, session);
    this.#ports.port1.onmessage = (event) => this.onmessage?.(event as MessageEvent);
  }

  postMessage(message: unknown): void {
    if (!this.hangs) this.#ports.port1.postMessage(message);
  }

  terminate(): void {
    this.#ports.port1.close();
  }

  /** What a browser reports of an exception that nobody caught. */
  die(): void {
    this.onerror?.();
  }
}

beforeEach(() => {
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('window', { location: { hash: '' } });
  useStudio.setState(initialState, true);
});

afterEach(() => {
  stopWorker();
  FakeWorker.all.length = 0;
  vi.unstubAllGlobals();
});

/** Waits for the state to be so. */
function reached(is: (state: State) => boolean): Promise<void> {
  return expect.poll(() => is(getState()), { timeout: 30_000 }).toBe(true);
}

test('a model and pictures end in a result', async () => {
  await openFiles([...pictures, model]);
  const { result, work, problem, guess } = getState();
  expect(problem).toBeUndefined();
  expect(work).toEqual({ kind: 'idle' });
  expect(guess?.certain).toBe(true);
  expect(result?.answers).toHaveLength(4);
  expect(window.location.hash).toBe('#/overview');
});

test('a model alone waits for pictures, which may come later', async () => {
  await openFiles([model]);
  expect(getState().result).toBeUndefined();
  expect(window.location.hash).toBe('#/pictures');
  await openFiles(pictures);
  expect(getState().result?.answers).toHaveLength(4);
});

test('an empty folder is said to be empty', async () => {
  await openFiles([]);
  expect(getState().problem?.code).toBe('images/none');
});

test('pictures alone are told what is missing', async () => {
  await openFiles(pictures);
  expect(getState().problem?.code).toBe('model/inputs');
});

test('a row of edits computes the last one', async () => {
  await openFiles([...pictures, model]);
  setRecipe({ weights: 'per-tensor' });
  setRecipe({ calibrator: 'exact' });
  await reached(({ result }) => result?.settings.recipe.calibrator === 'exact');
  expect(getState().result?.settings.recipe.weights).toBe('per-tensor');
});

test('a wrong file is a problem and leaves the result', async () => {
  await openFiles([...pictures, model]);
  const { result } = getState();
  await openFiles([{ path: 'half.tflite', file: model.file.slice(0, 20_000) }]);
  expect(getState().problem?.code).toMatch(/^(file|model)\//);
  expect(getState().result).toBe(result);
});

test('a cancelled edit leaves the result, is no problem, and can be made again', async () => {
  await openFiles([...pictures, model]);
  const { result } = getState();
  setRecipe({ weights: 'per-tensor' });
  await reached(({ work }) => work.kind === 'busy');
  cancel();
  expect(getState().work).toEqual({ kind: 'idle' });
  setRecipe({ weights: 'per-channel', outputType: 'float32' });
  await reached(({ result: now }) => now?.settings.recipe.outputType === 'float32');
  expect(getState().problem).toBeUndefined();
  expect(getState().result).not.toBe(result);
});

test('cancelling while opening stays idle', async () => {
  const opening = openFiles([...pictures, model]);
  await reached(({ model: opened }) => opened !== undefined);
  cancel();
  await opening;
  expect(getState()).toMatchObject({ work: { kind: 'idle' } });
  expect(getState().problem).toBeUndefined();
});

test('a worker that does not let go when it is cancelled gives way to another with the same result', async () => {
  await openFiles([...pictures, model]);
  const { result } = getState();
  const [first] = FakeWorker.all;
  if (first !== undefined) first.hangs = true;
  setRecipe({ weights: 'per-tensor' });
  await reached(({ work }) => work.kind === 'busy');
  cancel();
  await reached((state) => state.result !== result);
  expect(FakeWorker.all).toHaveLength(2);
  expect(getState().result?.settings).toEqual(result?.settings);
  expect(getState().problem).toBeUndefined();
});

test('a worker that dies is said, and a restart brings back the same files and settings', async () => {
  await openFiles([...pictures, model]);
  setRecipe({ weights: 'per-tensor' });
  await reached(({ result }) => result?.settings.recipe.weights === 'per-tensor');
  const before = getState().result?.report.layers;
  FakeWorker.all[0]?.die();
  expect(getState().problem).toMatchObject({ code: 'compute/stopped', remedy: 'restart' });
  await restart();
  expect(FakeWorker.all).toHaveLength(2);
  expect(getState().problem).toBeUndefined();
  const scales = (layers: typeof before) => layers?.map(({ scale, zeroPoint }) => [scale, zeroPoint]);
  expect(scales(getState().result?.report.layers)).toEqual(scales(before));
});

test('a preprocessing chosen by hand stays when other pictures come, and goes with the model', async () => {
  await openFiles([...pictures, model]);
  const { preprocess: guessed } = getState();
  if (guessed === undefined) throw new Error('the example takes pictures');
  setPreprocess({ ...guessed, channels: 'bgr' });
  await openFiles(pictures.slice(0, 2));
  expect(getState().result?.settings.preprocess?.channels).toBe('bgr');
  await openFiles([model]);
  expect(getState().result?.settings.preprocess?.channels).toBe('rgb');
});

test('pictures that cannot be used leave the result, its pictures and the settings', async () => {
  await openFiles([...pictures, model]);
  const { result, samples } = getState();
  await openFiles([{ path: 'broken.png', file: new Blob(['no picture']) }]);
  expect(getState().problem).toBeDefined();
  expect(getState()).toMatchObject({ result, samples });
  setRecipe({ weights: 'per-tensor' });
  await reached(({ result: now }) => now?.settings.recipe.weights === 'per-tensor');
  expect(getState().result?.answers).toHaveLength(4);
});

test('cancelling while other files are opened leaves the result with what it was made from', async () => {
  await openFiles([...pictures, model]);
  const { result, samples, model: opened } = getState();
  const opening = openFiles([...pictures.slice(0, 2), model]);
  await reached(({ work }) => work.kind === 'busy' && work.note.startsWith('Sample'));
  cancel();
  await opening;
  expect(getState()).toMatchObject({ result, samples, model: opened, work: { kind: 'idle' } });
  setRecipe({ weights: 'per-tensor' });
  await reached(({ result: now }) => now?.settings.recipe.weights === 'per-tensor');
  expect(getState().result?.answers).toHaveLength(4);
});

test('another model is quantized without the layers and ranges of the one before', async () => {
  await openFiles([...pictures, model]);
  setRecipe({ ranges: { 'fruit/block_1_depthwise/Relu': { min: 0, max: 5 } } });
  setRecipe({
    rules: [
      { operator: 'SOFTMAX', scheme: 'float' },
      { tensor: 'fruit/stem/Relu6', scheme: 'float' },
    ],
  });
  await reached(({ result }) => Object.keys(result?.settings.recipe.ranges ?? {}).length === 1);
  await openFiles([{ ...model, path: 'second.tflite' }]);
  const { recipe, result } = getState();
  expect(recipe).toMatchObject({ ranges: {}, rules: [] });
  expect(result?.report.model.name).toBe('second.tflite');
});

test('of two drops the later one wins', async () => {
  const first = openFiles([...pictures, model]);
  const second = openFiles([...pictures.slice(0, 3), { ...model, path: 'second.tflite' }]);
  await Promise.all([first, second]);
  expect(getState().model?.name).toBe('second.tflite');
  expect(getState().result?.answers).toHaveLength(3);
});

test('a file that is refused does not keep an edit from being computed', async () => {
  await openFiles([...pictures, model]);
  setRecipe({ weights: 'per-tensor' });
  await reached(({ work }) => work.kind === 'busy');
  await openFiles([{ path: 'keras.h5', file: new Blob(['\x89HDF\r\n\x1a\n']) }]);
  expect(getState().problem).toBeDefined();
  expect(getState().result?.settings.recipe.weights).toBe('per-tensor');
});

test('a result that was made with other settings than those in force is known as such', async () => {
  await openFiles([...pictures, model]);
  expect(isStale(getState())).toBe(false);
  setRecipe({ weights: 'per-tensor' });
  await reached(({ work }) => work.kind === 'busy');
  cancel();
  expect(isStale(getState())).toBe(true);
  undo();
  expect(isStale(getState())).toBe(false);
});

test('an edit after the worker died brings another one to the same files', async () => {
  await openFiles([...pictures, model]);
  FakeWorker.all[0]?.die();
  setRecipe({ weights: 'per-tensor' });
  await reached(({ result }) => result?.settings.recipe.weights === 'per-tensor');
  expect(FakeWorker.all).toHaveLength(2);
  expect(getState().problem).toBeUndefined();
});

test('a worker that dies while files are opened opens them again when it is restarted', async () => {
  const opening = openFiles([...pictures, model]);
  await reached(() => FakeWorker.all.length === 1);
  FakeWorker.all[0]?.die();
  await opening;
  expect(getState().problem).toMatchObject({ code: 'compute/stopped', remedy: 'restart' });
  await restart();
  expect(getState().result?.answers).toHaveLength(4);
});

test('an open export follows the result, and closes with another model', async () => {
  const end = keepExportCurrent();
  await openFiles([...pictures, model]);
  await openExport();
  const isReady = () => getState().exporting?.state.kind === 'ready';
  const bytesOf = async () => {
    const state = getState().exporting?.state;
    return state?.kind === 'ready' ? new Uint8Array(await state.file.arrayBuffer()) : undefined;
  };
  const before = await bytesOf();
  setRecipe({ weights: 'per-tensor' });
  await reached(({ result }) => result?.settings.recipe.weights === 'per-tensor');
  await reached(isReady);
  expect(await bytesOf()).not.toEqual(before);
  await openFiles([model]);
  expect(getState().exporting).toBeUndefined();
  end();
});

test('an export that was closed stays closed', async () => {
  await openFiles([...pictures, model]);
  const made = openExport();
  closeExport();
  await made;
  expect(getState().exporting).toBeUndefined();
});

test('an export is ready with what was checked', async () => {
  await openFiles([...pictures, model]);
  await openExport({ format: 'tflite', inputType: 'uint8', outputType: 'int8' });
  expect(getState().exporting?.state).toMatchObject({ kind: 'ready', name: 'model_int8.tflite' });
});
