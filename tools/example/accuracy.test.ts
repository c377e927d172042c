import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { calibrate } from '../../src/core/calibrate/calibrate.ts';
import { samePositions } from '../../src/core/evaluate/correspondence.ts';
import { compareLayers } from '../../src/core/evaluate/layers.ts';
import { evaluateModel } from '../../src/core/evaluate/outputs.ts';
import { readTflite } from '../../src/core/formats/tflite/read.ts';
import { mainGraph } from '../../src/core/model/graph.ts';
import type { SampleSource } from '../../src/core/model/samples.ts';
import type { Model } from '../../src/core/model/types.ts';
import { quantize } from '../../src/core/quantize/quantize.ts';
import { defaultRecipe } from '../../src/core/quantize/recipe.ts';
import { createFloatRuntime } from '../../src/float/runtime.ts';
import { examplePictures } from './files.ts';
import { classNames } from './render.ts';
import { samplesOf } from './samples.ts';

const file = join(import.meta.dirname, '../../public/examples/fruit/model.tflite');
const ofExample = samplesOf(examplePictures);
/** New to training and to calibration. */
const heldOut = samplesOf(
  Array.from({ length: 100 }, (_, i) => ({ label: i % classNames.length, seed: 1_000_000 + i })),
);
const tools = { runtime: createFloatRuntime(), arithmetic: 'litert-reference' } as const;

const float = readTflite(readFileSync(file));
let int8: Model;

beforeAll(async () => {
  const { byTensor } = await calibrate(float, ofExample, tools);
  int8 = quantize(float, byTensor, { ...defaultRecipe, inputType: 'float32', outputType: 'float32' }).model;
});

/** Share of pictures that are recognized. */
async function accuracy(model: Model, samples: SampleSource): Promise<number> {
  const { top1 } = (await evaluateModel(model, samples, tools)).accuracy ?? {};
  return top1 === undefined ? 0 : top1.hits / top1.total;
}

test('float is nearly always right', async () => {
  expect(await accuracy(float, heldOut)).toBeGreaterThanOrEqual(0.97);
  expect(await accuracy(float, ofExample)).toBe(1);
});

test.each([
  ['new pictures', heldOut],
  ['its own pictures', ofExample],
])('plain int8 is clearly worse and still of use on %s', async (_, samples) => {
  const share = await accuracy(int8, samples);
  expect(share).toBeGreaterThan(0.75);
  expect(share).toBeLessThan(0.95);
});

test('the two ops that read the badly ranged activations add by far the largest errors', async () => {
  const pair = { reference: float, candidate: int8, tensors: samePositions(float, int8) };
  const { ops } = await compareLayers(pair, ofExample, { ...tools, limit: 10 });
  const graph = mainGraph(int8);
  const poor = ops.filter(({ local }) => local.sqnr < 20).map(({ op }) => graph.ops[op]?.outputs[0] ?? -1);
  expect(poor.map((id) => graph.tensors[id]?.name)).toEqual([
    'fruit/block_2_depthwise/Relu',
    'fruit/block_3_pointwise/Relu',
  ]);
});
