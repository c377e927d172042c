import { expect, test } from 'vitest';
import {
  fakeRuntime,
  floatTensor,
  modelOf,
  sourceOf,
  tid,
  unaryOp,
} from '../../../tests/support/fake-runtime.ts';
import { calibrate } from '../calibrate/calibrate.ts';
import { bytesOf } from '../model/data.ts';
import type { Model } from '../model/types.ts';
import { quantize } from '../quantize/quantize.ts';
import { defaultRecipe, type Recipe } from '../quantize/recipe.ts';
import { chooseRanges } from '../ranges/choose.ts';
import { compareModels } from './compare.ts';
import { sameNames, samePositions } from './correspondence.ts';
import { evaluateModel, type SampleResult, worstFirst } from './outputs.ts';

const weights = Float32Array.of(1, 0, 0, 0, 1, 0);
const layer = unaryOp('FULLY_CONNECTED', 0, 2);

/** x → dense (two of three values pass) → y → relu → z */
const float: Model = modelOf({
  inputs: [tid(0)],
  outputs: [tid(3)],
  tensors: [
    floatTensor('x', [1, 3]),
    { ...floatTensor('w', [2, 3]), data: bytesOf(weights) },
    floatTensor('y', [1, 2]),
    floatTensor('z', [1, 2]),
  ],
  ops: [{ ...layer, inputs: [tid(0), tid(1), tid(-1)] }, unaryOp('RELU', 2, 3)],
});
const runtime = fakeRuntime({
  2: (x) => x.subarray(0, 2),
  3: (x) => x.subarray(0, 2).map((v) => Math.max(0, v)),
});
let ticks = 0;
const tools = { runtime, arithmetic: 'litert-reference', now: () => ticks++ } as const;

const pictures = [
  [0.9, 0.1, 0],
  [0.2, 0.8, -1],
  [0.5, 0.5, 1],
  [0.3, 0.301, 0],
];

async function quantized(recipe: Partial<Recipe> = {}): Promise<Model> {
  const statistics = await calibrate(float, sourceOf(pictures), { runtime });
  return quantize(float, chooseRanges(float, statistics, 'tensorflow'), { ...defaultRecipe, ...recipe })
    .model;
}

test('a quantized model against its float model: answers, accuracy, errors', async () => {
  const candidate = await quantized();
  const pair = { reference: float, candidate, tensors: samePositions(float, candidate) };
  const { outputs, layers } = await compareModels(pair, sourceOf(pictures, [0, 1, 0, 1]), tools);

  expect(outputs.samples).toBe(4);
  expect(outputs.reference).toMatchObject({ ties: 1, answers: [2, 2], milliseconds: 1 });
  expect(outputs.reference.accuracy?.top1).toMatchObject({ hits: 4, total: 4 });
  expect(outputs.reference.accuracy?.top5).toBeUndefined();
  // 0.3 and 0.301 fall on the same step, and the first class wins.
  expect(outputs.candidate).toMatchObject({ ties: 2, answers: [3, 1] });
  expect(outputs.candidate.accuracy?.top1).toMatchObject({ hits: 3, total: 4 });
  expect(outputs.agreement).toMatchObject({ hits: 3, total: 4 });
  expect(worstFirst(outputs.results)[0]).toMatchObject({ name: '3.png', label: 1 });
  expect(outputs.outputs[0]?.sqnr).toBeGreaterThan(35);
  expect(outputs.outputs[0]?.maxError).toBeLessThan(0.01);

  expect(layers.tensors.map(({ reference }) => reference)).toEqual([0, 2, 3]);
  expect(layers.ops.map(({ op }) => op)).toEqual([0, 1]);
  for (const { accumulated } of layers.tensors) expect(accumulated.sqnr).toBeGreaterThan(35);
  expect(layers.ops[0]).toMatchObject({ milliseconds: 1, local: { count: 8 } });
});

test.each(['uint8', 'float32'] as const)(
  'with %s inputs and outputs the inserted ops are measured, too',
  async (type) => {
    const candidate = await quantized({ inputType: type, outputType: type });
    const pair = { reference: float, candidate, tensors: samePositions(float, candidate) };
    const { outputs, layers } = await compareModels(pair, sourceOf(pictures), tools);
    expect(outputs.agreement?.hits).toBe(3);
    expect(outputs.reference.accuracy).toBeUndefined();
    expect(layers.ops).toHaveLength(4);
  },
);

test('two int8 models, matched by name', async () => {
  const [reference, candidate] = [await quantized(), await quantized({ weights: 'per-tensor' })];
  const pair = { reference, candidate, tensors: sameNames(reference, candidate) };
  const { outputs, layers } = await compareModels(pair, sourceOfQuantized(reference), tools);
  expect(outputs.outputs[0]?.sqnr).toBe(Number.POSITIVE_INFINITY);
  expect(layers.tensors).toHaveLength(3);
});

/** The pictures as values of an int8 model's input. */
function sourceOfQuantized(model: Model): ReturnType<typeof sourceOf> {
  const { scale, zeroPoint } = model.graphs[0]?.tensors[0]?.quant ?? {};
  const data = pictures.map((values) =>
    Int8Array.from(values, (x) => Math.round(x / (scale?.[0] ?? 1)) + (zeroPoint?.[0] ?? 0)),
  );
  return {
    count: data.length,
    async *open() {
      for (const [i, values] of data.entries()) {
        yield { name: `${i}`, sample: [{ shape: [1, 3], dtype: 'int8', data: values }] };
      }
    },
  };
}

test('tensors and ops are compared on the first samples only', async () => {
  const candidate = await quantized();
  const pair = { reference: float, candidate, tensors: samePositions(float, candidate) };
  const notes: number[] = [];
  const call = { progress: (fraction: number) => notes.push(fraction), checkpoint: async () => {} };
  const { outputs, layers } = await compareModels(pair, sourceOf(pictures), {
    ...tools,
    layerSamples: 2,
    call,
  });
  expect([outputs.samples, layers.samples]).toEqual([4, 2]);
  expect(notes).toEqual(notes.toSorted((a, b) => a - b));
  expect(notes).toHaveLength(6);
});

test('one model alone', async () => {
  const source = sourceOf([...pictures, undefined], [0, 1, 1, 1]);
  const figures = await evaluateModel(float, source, tools);
  expect(figures).toMatchObject({ samples: 4, ties: 1, milliseconds: 1 });
  expect(figures.skipped).toHaveLength(1);
  expect(figures.accuracy?.top1).toMatchObject({ hits: 3, total: 4 });
});

test('labels must be classes, and there must be samples', async () => {
  await expect(evaluateModel(float, sourceOf(pictures, [0, 2, 0, 0]), tools)).rejects.toMatchObject({
    code: 'labels/invalid',
    details: { sample: '1.png', label: 2, classes: 2 },
  });
  await expect(evaluateModel(float, sourceOf([]), tools)).rejects.toMatchObject({ code: 'images/none' });
});

test('names that several tensors share match nothing', () => {
  const graph = float.graphs[0];
  const tensors = graph?.tensors.map((tensor, i) => (i === 2 ? { ...tensor, name: 'z' } : tensor)) ?? [];
  const twins = modelOf({ ...graph, tensors });
  expect([...sameNames(float, twins)]).toEqual([[0, 0]]);
});

test('changed answers are the worst, then the lowest ratio', () => {
  const result = (index: number, sqnr: number, candidate: number): SampleResult => ({
    index,
    name: `${index}`,
    answers: {
      reference: { class: 0, score: 1, tie: false },
      candidate: { class: candidate, score: 1, tie: false },
    },
    error: { sqnr, cosine: 1, maxError: 0, meanError: 0, meanSquaredError: 0, count: 1 },
  });
  const infinite = Number.POSITIVE_INFINITY;
  const results = [result(0, infinite, 0), result(1, infinite, 0), result(2, 20, 0), result(3, 30, 1)];
  expect(worstFirst(results).map(({ index }) => index)).toEqual([3, 2, 0, 1]);
});
