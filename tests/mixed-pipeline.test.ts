import { expect, test } from 'vitest';
import { runnable } from '../src/cli/executors.ts';
import { computesInIntegers } from '../src/core/execute/choose.ts';
import { mainGraph } from '../src/core/model/graph.ts';
import { quantizeModel } from '../src/core/pipeline/quantize-model.ts';
import { outcomeOf } from '../src/core/quantize/outcome.ts';
import { type Recipe, recipeFor } from '../src/core/quantize/recipe.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { sourceOf } from './support/fake-runtime.ts';
import { islandModel, run } from './support/small-models.ts';

const samples = sourceOf(
  Array.from({ length: 8 }, (_, n) => Array.from({ length: 4 }, (__, i) => Math.sin(3 * n + i))),
);
const tools = { runtime: createFloatRuntime(), arithmetic: 'litert-reference' } as const;

test.each<[string, Recipe, number]>([
  ['int8 with 1 float island', recipeFor('int8'), 30],
  ['dynamic range', recipeFor('dynamic-range', { minElements: 0 }), 30],
  ['weights only', recipeFor('weights-only', { minElements: 0 }), 35],
  ['float16', recipeFor('float16'), 60],
])('a model with ELU is calibrated, quantized and compared: %s', async (name, recipe, leastSqnr) => {
  const { comparison, quantized } = await quantizeModel(
    { model: islandModel('ELU'), samples, recipe },
    tools,
  );
  expect(outcomeOf(quantized.model).name).toBe(name);
  expect(comparison?.outputs.outputs[0]?.sqnr).toBeGreaterThan(leastSqnr);
});

/** Which files our integer kernels run as they are; the others are float models, stored smaller. */
test.each<[string, Recipe, boolean]>([
  ['dynamic range', recipeFor('dynamic-range', { minElements: 0 }), true],
  ['weights only', recipeFor('weights-only', { minElements: 0 }), false],
  ['float16', recipeFor('float16'), false],
])('what runs a file of %s', (_, recipe, integers) => {
  const { model } = run(islandModel('ELU'), recipe);
  expect(runnable(model) === model).toBe(integers);
  expect(computesInIntegers(mainGraph(model))).toBe(integers);
});
