import { expect, test } from 'vitest';
import { sourceOf } from '../../../tests/support/fake-runtime.ts';
import { islandModel } from '../../../tests/support/small-models.ts';
import type { FloatRuntime } from '../execute/executor.ts';
import { type Recipe, recipeFor } from '../quantize/recipe.ts';
import { lackOfSamples, quantizeModel } from './quantize-model.ts';

/** Any run of the float model would be one too many. */
const noRuntime: FloatRuntime = {
  create: () => {
    throw new Error('the float model was run');
  },
};
const tools = { runtime: noRuntime, arithmetic: 'tflm' } as const;

test('a strict recipe is refused before the model runs once', async () => {
  const job = { model: islandModel(), samples: sourceOf([[1, 2, 3, 4]]) };
  const recipe = recipeFor('int8', { fallback: 'strict' });
  await expect(quantizeModel({ ...job, recipe }, tools)).rejects.toThrow(/not yet supported for op: 'NEG'/);
});

test.each<[string, Partial<Recipe>]>([
  ['no tensor has that name', { ranges: { nowhere: { min: 0, max: 1 } } }],
  ['maps 2 inputs', { inputMapping: Array(2).fill({ mean: 0, std: 1 }) }],
])('a recipe of which “%s” is refused before the model runs once', async (words, changes) => {
  const job = { model: islandModel('RELU'), samples: sourceOf([[1, 2, 3, 4]]) };
  await expect(quantizeModel({ ...job, recipe: recipeFor('int8', changes) }, tools)).rejects.toThrow(words);
});

test('ranges by hand for all activations need no samples; for some, the others are named at once', async () => {
  const range = { min: -1, max: 1 };
  const [all, some] = [
    { x: range, y: range, z: range, out: range },
    { x: range, out: range },
  ].map((ranges) => recipeFor('int8', { ranges }));
  const model = islandModel('RELU');
  expect(lackOfSamples(model, all as Recipe)).toBeUndefined();
  expect(lackOfSamples(model, some as Recipe)?.message).toMatch(
    /for tensor 3 “y”, tensor 4 “z”: give pictures/,
  );
  expect(lackOfSamples(model, recipeFor('int8'))?.code).toBe('images/none');
  const job = { model, recipe: some as Recipe };
  await expect(quantizeModel(job, tools)).rejects.toMatchObject({ code: 'range/missing' });
});

test.each<[string, Recipe]>([
  ['dynamic-range', recipeFor('dynamic-range', { minElements: 0 })],
  ['weights-only', recipeFor('weights-only', { minElements: 0 })],
  ['float16', recipeFor('float16')],
  ['int8 with a default range', recipeFor('int8', { defaultRange: { min: -1, max: 1 } })],
])('%s needs no samples, and says that nothing was compared', async (_, recipe) => {
  const { notes, statistics, comparison } = await quantizeModel(
    { model: islandModel('RELU'), recipe },
    tools,
  );
  expect(notes).toEqual([
    { kind: 'not-compared', text: 'Not compared with the float model: there are no samples.' },
  ]);
  expect(statistics.samples).toBe(0);
  expect(comparison).toBeUndefined();
});

test('int8 without samples or ranges is refused', async () => {
  const job = { model: islandModel('RELU'), recipe: recipeFor('int8') };
  await expect(quantizeModel(job, tools)).rejects.toMatchObject({ code: 'range/missing' });
});
