import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codecAssets } from '../cli/codec-assets.ts';
import { pictureDecoder } from '../codecs/decode.ts';
import type { FloatRuntime } from '../core/execute/executor.ts';
import { readTflite } from '../core/formats/tflite/read.ts';
import { mainGraph } from '../core/model/graph.ts';
import { Problem } from '../core/problem.ts';
import { defaultRecipe } from '../core/quantize/recipe.ts';
import { createFloatRuntime } from '../float/runtime.ts';
import type { GivenFile, Settings } from './api.ts';
import type { WorkerCall } from './rpc.ts';
import { Session } from './session.ts';

const example = join(import.meta.dirname, '../../public/examples/fruit');

function given(path: string, from = example): GivenFile {
  return { path, file: new Blob([readFileSync(join(from, path))]) };
}

const pictures = readdirSync(join(example, 'pictures'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.png'))
  .sort()
  .map((path) => given(`pictures/${path}`));

/** A call that is cancelled at its checkpoint number `after`. */
function callUntil(after = Number.POSITIVE_INFINITY): WorkerCall {
  let checkpoints = 0;
  return {
    progress: () => {},
    transfer: () => {},
    checkpoint: async () => {
      checkpoints += 1;
      if (checkpoints > after) throw new Problem('compute/cancelled', 'cancelled');
    },
  };
}

/** A session on the example, which counts how often a float model was made ready with taps, that is, calibrated or compared. */
async function openExample() {
  const counted = { tapped: 0 };
  const inner = createFloatRuntime();
  const runtime: FloatRuntime = {
    create: (model, taps) => {
      if (taps.length > 0) counted.tapped += 1;
      return inner.create(model, taps);
    },
  };
  const session = new Session({
    decode: pictureDecoder(codecAssets()),
    runtime,
    now: () => performance.now(),
  });
  await session.open(given('model.tflite'));
  const info = await session.setSamples(pictures);
  const guess = await session.guessPreprocess(undefined, callUntil());
  const settings: Settings = { recipe: defaultRecipe, ...(guess && { preprocess: guess.preprocess }) };
  return { session, settings, counted, info, guess };
}

describe('a session on the example', () => {
  test('opens, computes and exports a file that answers as shown', async () => {
    const { session, settings, info, guess } = await openExample();
    expect(info.samples).toHaveLength(40);
    expect(info.classNames).toHaveLength(10);
    expect(guess?.certain).toBe(true);
    const { report, answers } = await session.compute(settings, callUntil());
    expect(report.evaluation?.samples).toBe(40);
    expect(answers).toHaveLength(40);
    const file = await session.exportModel({ inputType: 'uint8', outputType: 'float32' }, callUntil());
    expect(file.name).toBe('model_int8.tflite');
    const graph = mainGraph(readTflite(file.bytes));
    expect(graph.inputs.map((id) => graph.tensors[id]?.dtype)).toEqual(['uint8']);
    expect(graph.outputs.map((id) => graph.tensors[id]?.dtype)).toEqual(['float32']);
  });

  test('an edit of the recipe does not calibrate again', async () => {
    const { session, settings, counted } = await openExample();
    await session.compute(settings, callUntil());
    const before = counted.tapped;
    await session.compute({ ...settings, recipe: { ...defaultRecipe, weights: 'per-tensor' } }, callUntil());
    // Comparing taps once; calibrating would have tapped a second time.
    expect(counted.tapped - before).toBe(1);
    await session.compute(settings, callUntil());
  });

  test('a cancelled computation leaves the last result, and can be done again', async () => {
    const { session, settings } = await openExample();
    const first = await session.compute(settings, callUntil());
    const raw = {
      ...settings,
      preprocess: { ...(settings.preprocess as NonNullable<Settings['preprocess']>), std: [1] },
    };
    await expect(session.compute(raw, callUntil(5))).rejects.toMatchObject({ code: 'compute/cancelled' });
    expect(session.layer(0).histogram).toBeDefined();
    const again = await session.compute(settings, callUntil());
    expect(again.report.layers.map(({ scale }) => scale)).toEqual(
      first.report.layers.map(({ scale }) => scale),
    );
  });

  test('a bad file is refused by its name, and what was open stays', async () => {
    const { session, settings } = await openExample();
    await expect(session.open(given('labels.txt'))).rejects.toMatchObject({ code: 'file/other-kind' });
    expect((await session.compute(settings, callUntil())).report.model.name).toBe('model.tflite');
  });

  test('gives a layer’s figures, a preview and a thumbnail', async () => {
    const { session, settings } = await openExample();
    await session.compute(settings, callUntil());
    const { histogram, weights } = session.layer(0);
    expect(histogram?.counts).toHaveLength(2048);
    expect(weights?.min.length).toBe(weights?.max.length);
    const preprocess = settings.preprocess as NonNullable<Settings['preprocess']>;
    const preview = await session.preview({ index: 0, preprocess }, callUntil());
    expect([preview.width, preview.height, preview.pixels.length]).toEqual([64, 64, 64 * 64 * 4]);
    expect(preview.max).toBeLessThanOrEqual(1);
    const { bmp } = await session.thumbnail(0, callUntil());
    expect(String.fromCharCode(bmp[0] ?? 0, bmp[1] ?? 0)).toBe('BM');
  });
});
