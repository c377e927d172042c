import { expect, test } from 'vitest';
import { sourceOf } from '../../../tests/support/fake-runtime.ts';
import { islandModel } from '../../../tests/support/small-models.ts';
import type { FloatRuntime } from '../execute/executor.ts';
import { type Recipe, recipeFor } from '../quantize/recipe.ts';
import { quantizeModel } from './quantize-model.ts';

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
