import { describe, expect, test } from 'vitest';
import { endSessions, given, guessed, pictures, startSession } from '../../tests/support/session.ts';
import { readTflite } from '../core/formats/tflite/read.ts';
import { mainGraph } from '../core/model/graph.ts';
import { outcomeOf } from '../core/quantize/outcome.ts';
import { defaultRecipe, recipeFor } from '../core/quantize/recipe.ts';

endSessions();

async function openExample() {
  const { engine, counted } = startSession();
  await engine.open({ file: given('model.tflite') });
  const info = await engine.setSamples(pictures);
  const preprocess = await guessed(engine);
  return { engine, counted, info, settings: { recipe: defaultRecipe, preprocess } };
}

describe('a session on the example', () => {
  test('opens, computes and exports a file that answers as shown', async () => {
    const { engine, info, settings } = await openExample();
    expect([info.kind, info.samples.length, info.classNames?.length]).toEqual(['pictures', 40, 10]);
    const { report, answers } = await engine.compute(settings);
    expect([report.evaluation?.samples, answers.length]).toEqual([40, 40]);
    const { name, bytes } = await engine.exportModel({
      format: 'tflite',
      inputType: 'uint8',
      outputType: 'float32',
    });
    expect(name).toBe('model_int8.tflite');
    const { inputs, outputs, tensors } = mainGraph(readTflite(bytes));
    expect([...inputs, ...outputs].map((id) => tensors[id]?.dtype)).toEqual(['uint8', 'float32']);
  });

  test('computing the same again calculates nothing', async () => {
    const { engine, counted, settings } = await openExample();
    const first = await engine.compute(settings);
    const before = counted.watched;
    expect((await engine.compute(settings)).report).toEqual(first.report);
    expect(counted.watched - before).toBe(0);
  });

  test('an edit of the recipe does not calibrate again, whatever panels looked at in between', async () => {
    const { engine, counted, settings } = await openExample();
    await engine.compute(settings);
    const before = counted.watched;
    await engine.thumbnail(0);
    await engine.compute({ ...settings, recipe: { ...defaultRecipe, weights: 'per-tensor' } });
    // Comparing; calibrating would have been the second time.
    expect(counted.watched - before).toBe(1);
  });

  test('another preprocessing calibrates again', async () => {
    const { engine, counted, settings } = await openExample();
    await engine.compute(settings);
    const before = counted.watched;
    await engine.compute({ ...settings, preprocess: { ...settings.preprocess, channels: 'bgr' } });
    expect(counted.watched - before).toBe(2);
  });

  test('a computation that was cancelled while calibrating leaves the last result, and can be done again', async () => {
    const { engine, settings } = await openExample();
    await engine.compute(settings);
    const histogram = (await engine.layer(0)).histogram;
    const stop = new AbortController();
    const notes: string[] = [];
    const onProgress = (_: number, note: string) => {
      notes.push(note);
      if (notes.length === 5) stop.abort();
    };
    const other = { ...settings, preprocess: { ...settings.preprocess, std: [1] } };
    const cancelled = engine.compute(other, { signal: stop.signal, onProgress });
    await expect(cancelled).rejects.toMatchObject({ code: 'compute/cancelled' });
    expect(notes.at(-1)).toBe('Sample 5 of 40');
    expect((await engine.layer(0)).histogram).toEqual(histogram);
    expect((await engine.compute(other)).settings).toEqual(other);
    expect((await engine.layer(0)).histogram).not.toEqual(histogram);
  });

  test('an edit during calibration, which cancels it, still ends in a result', async () => {
    const { engine, settings } = await openExample();
    const stop = new AbortController();
    let edited: Promise<unknown> | undefined;
    const onProgress = () => {
      if (stop.signal.aborted) return;
      stop.abort();
      edited = engine.compute({ ...settings, recipe: { ...defaultRecipe, weights: 'per-tensor' } });
    };
    const first = engine.compute(settings, { signal: stop.signal, onProgress });
    await expect(first).rejects.toMatchObject({ code: 'compute/cancelled' });
    expect(await edited).toMatchObject({ settings: { recipe: { weights: 'per-tensor' } } });
  });

  test('a computation that fails leaves the last result', async () => {
    const { engine, settings } = await openExample();
    await engine.compute(settings);
    const wrong = { ...settings, preprocess: { ...settings.preprocess, size: [8, 8] as const } };
    await expect(engine.compute(wrong)).rejects.toMatchObject({ code: 'images/shape' });
    expect((await engine.layer(0)).histogram).toBeDefined();
    expect(
      (await engine.exportModel({ format: 'tflite', inputType: 'int8', outputType: 'int8' })).bytes.length,
    ).toBeGreaterThan(0);
  });

  test('a bad file is refused by its name, and what was open stays', async () => {
    const { engine, settings } = await openExample();
    await expect(engine.open({ file: given('labels.txt') })).rejects.toMatchObject({
      code: 'file/other-kind',
      details: { file: 'labels.txt' },
    });
    expect((await engine.compute(settings)).report.model.name).toBe('model.tflite');
  });

  test('a picture that cannot be decoded is skipped, and answers keep their place among the pictures', async () => {
    const { engine } = startSession();
    await engine.open({ file: given('model.tflite') });
    const broken = { path: 'pictures/apple/00.png', file: new Blob(['no picture']) };
    await engine.setSamples([broken, ...pictures.slice(0, 3)]);
    const { report, answers } = await engine.compute({
      recipe: defaultRecipe,
      preprocess: await guessed(engine),
    });
    expect(report.calibration.skipped.map(({ name }) => name)).toEqual([broken.path]);
    expect(answers.map(({ index }) => index).sort()).toEqual([1, 2, 3]);
  });

  test.each([
    ['float16', 'model_float16.tflite', 'float16'],
    ['weights-only', 'model_weights_only.tflite', 'weights only'],
    ['dynamic-range', 'model_dynamic_range.tflite', 'dynamic range'],
    ['int16x8', 'model_int16x8.tflite', 'int16 activations'],
    ['uint8', 'model_uint8.tflite', 'uint8 (legacy)'],
  ] as const)('computes and exports %s by its true name', async (mode, file, outcome) => {
    const { engine, settings } = await openExample();
    const recipe = recipeFor(mode);
    const { report, answers } = await engine.compute({ ...settings, recipe });
    expect(report.outcome.name).toBe(outcome);
    expect(report.evaluation).toBeDefined();
    expect(answers.length).toBe(40);
    const { inputType, outputType } = recipe;
    const { name, bytes, checks } = await engine.exportModel({ format: 'tflite', inputType, outputType });
    expect(checks).toContain('The same answers as shown here on 3 samples');
    expect(name).toBe(file);
    expect(outcomeOf(readTflite(bytes)).name).toBe(outcome);
  });

  test('gives a layer’s figures, a preview and a thumbnail', async () => {
    const { engine, settings } = await openExample();
    await engine.compute(settings);
    const { histogram, weights } = await engine.layer(0);
    expect(histogram?.counts).toHaveLength(2048);
    expect(weights?.min.length).toBe(weights?.max.length);
    const preview = await engine.preview({ index: 0, preprocess: settings.preprocess });
    expect([preview.width, preview.height, preview.pixels.length]).toEqual([64, 64, 64 * 64 * 4]);
    expect(preview.max).toBeLessThanOrEqual(1);
    const { bmp } = await engine.thumbnail(0);
    expect(String.fromCharCode(bmp[0] ?? 0, bmp[1] ?? 0)).toBe('BM');
  });
});
