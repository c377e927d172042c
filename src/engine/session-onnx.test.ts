import { expect, test } from 'vitest';
import { exampleOnnx, onnxWith, withWeightsApart } from '../../tests/support/onnx-example.ts';
import { endSessions, given, guessed, pictures, startSession } from '../../tests/support/session.ts';
import { readOnnx } from '../core/formats/onnx/read.ts';
import { readTflite } from '../core/formats/tflite/read.ts';
import { outcomeOf } from '../core/quantize/outcome.ts';
import { defaultRecipe, recipeFor } from '../core/quantize/recipe.ts';
import type { GivenFile, OpenRequest } from './api.ts';

endSessions();

function fileOf(path: string, bytes: Uint8Array): GivenFile {
  return { path, file: new Blob([new Uint8Array(bytes)]) };
}

async function openedOnnx(request: OpenRequest = { file: fileOf('net.onnx', exampleOnnx()) }) {
  const { engine } = startSession();
  const info = await engine.open(request);
  await engine.setSamples(pictures);
  return { engine, info, settings: { recipe: defaultRecipe, preprocess: await guessed(engine) } };
}

/** The hard example: 32 of its 40 pictures keep their class as int8. */
test('a model from PyTorch is worked with as a .tflite, and exported as both', async () => {
  const { engine, info, settings } = await openedOnnx();
  expect(info.formats).toEqual(['tflite', 'onnx']);
  expect(info.inspection.summary.inputs.map(({ shape }) => shape)).toEqual([[1, 64, 64, 3]]);
  expect(info.inspection.summary.operators.map(({ kind }) => kind)).not.toContain('TRANSPOSE');
  const { report } = await engine.compute(settings);
  const { hits = 0 } = report.evaluation?.agreement ?? {};
  expect([hits >= 31, hits <= 33, report.evaluation?.samples]).toEqual([true, true, 40]);
  const types = { inputType: 'int8', outputType: 'int8' } as const;
  const tflite = await engine.exportModel({ format: 'tflite', ...types });
  expect(tflite.checks).toContain('The same answers as shown here on 3 samples');
  expect([tflite.name, outcomeOf(readTflite(tflite.bytes)).name]).toEqual(['net_int8.tflite', 'strict int8']);
  const onnx = await engine.exportModel({ format: 'onnx', activations: 'uint8', symmetric: false });
  expect(onnx.name).toBe('net_int8.onnx');
  expect(onnx.checks[0]).toMatch(/^onnxruntime runs it: on 3 samples its outputs lie at most \d+(\.\d+)? % /);
  const { graph } = readOnnx(onnx.bytes);
  expect(graph.inputs[0]?.shape).toEqual(['batch', 3, 64, 64]);
  expect(graph.nodes.filter(({ type }) => type === 'QuantizeLinear').length).toBeGreaterThan(5);
  expect(onnx.bytes.length).toBeLessThan(0.55 * exampleOnnx().length);
});

test('weights in a second file are found among what was given, and missed when they are not', async () => {
  const { model, weights } = withWeightsApart(exampleOnnx(), 'net.onnx.data');
  const file = fileOf('folder/net.onnx', model);
  const { engine } = startSession();
  await expect(engine.open({ file, beside: [given('labels.txt')] })).rejects.toMatchObject({
    code: 'model/external-data',
  });
  const beside = [given('labels.txt'), fileOf('folder/net.onnx.data', weights)];
  const { info, engine: other, settings } = await openedOnnx({ file, beside });
  expect([info.taken, info.bytes]).toEqual([['folder/net.onnx.data'], model.length + weights.length]);
  const { report } = await other.compute(settings);
  expect(report.evaluation?.agreement?.hits).toBeGreaterThan(30);
});

test('sizes that the file leaves open are asked for, with a suggestion that fits', async () => {
  const bytes = exampleOnnx((graph) => ({
    ...graph,
    inputs: graph.inputs.map((input) => ({ ...input, shape: ['batch', 3, 'height', 'width'] })),
  }));
  const file = fileOf('net.onnx', bytes);
  const { engine } = startSession();
  const problem = await engine.open({ file }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(problem).toMatchObject({
    code: 'model/dynamic-shape',
    details: { sizes: [{ key: 'height' }, { key: 'width' }] },
  });
  const { info } = await openedOnnx({ file, sizes: { height: 64, width: 64 } });
  expect(info.inspection.summary.inputs[0]?.shape).toEqual([1, 64, 64, 3]);
});

test.each(['Shrink', 'Einsum'] as const)(
  '%s, which TensorFlow Lite lacks, is named; the rest is quantized around it, for ONNX',
  async (type) => {
    const { engine, info, settings } = await openedOnnx({ file: fileOf('net.onnx', onnxWith(type)) });
    expect(info.formats).toEqual(['onnx']);
    const notes = info.inspection.notes.join();
    expect(notes).toContain(`${type} node “odd” has no counterpart in TensorFlow Lite`);
    // Shapes of what Shrink makes are known; those of Einsum's result come from a run.
    expect(notes.includes('are those of a run on zeros')).toBe(type === 'Einsum');
    const { report } = await engine.compute(settings);
    expect(report.evaluation).toBeUndefined();
    const file = await engine.exportModel({ format: 'onnx', activations: 'int8', symmetric: true });
    expect(file.checks.join()).toContain('onnxruntime runs it');
    expect(file.checks.join()).toContain(type);
    const { graph } = readOnnx(file.bytes);
    expect(graph.nodes.filter((node) => node.type === type)).toHaveLength(1);
    expect(graph.nodes.filter((node) => node.type === 'QuantizeLinear').length).toBeGreaterThan(5);
    await expect(
      engine.exportModel({ format: 'tflite', inputType: 'int8', outputType: 'int8' }),
    ).rejects.toMatchObject({
      code: 'export/refused',
      message: expect.stringContaining(`${type} node “odd”`),
    });
  },
);

test('an operator that onnxruntime lacks as well is refused, with its reason', async () => {
  const { engine } = startSession();
  await expect(engine.open({ file: fileOf('net.onnx', onnxWith('Fancy')) })).rejects.toMatchObject({
    code: 'model/unsupported-op',
    message: expect.stringMatching(
      /Fancy node “odd”.*onnxruntime does not tell.*onnxruntime does not know the operator Fancy/,
    ),
    details: { untold: [expect.any(String)] },
  });
});

test.each(['dynamic-range', 'weights-only'] as const)('%s needs no ranges in ONNX either', async (mode) => {
  const { engine, settings } = await openedOnnx();
  await engine.compute({ ...settings, recipe: recipeFor(mode, { minElements: 64 }) });
  const { checks, bytes } = await engine.exportModel({
    format: 'onnx',
    activations: 'int8',
    symmetric: false,
  });
  expect(checks[0]).toMatch(/at most (< )?\d(\.\d+)? % of their span/);
  expect(bytes.length).toBeLessThan(0.55 * exampleOnnx().length);
});

test('a recipe that ONNX has no counterpart of is refused', async () => {
  const { engine, settings } = await openedOnnx();
  await engine.compute({ ...settings, recipe: recipeFor('float16') });
  const asked = engine.exportModel({ format: 'onnx', activations: 'int8', symmetric: false });
  await expect(asked).rejects.toMatchObject({ code: 'quantize/unsupported' });
});
