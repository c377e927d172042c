import { expect, test } from 'vitest';
import { mainGraph, withMainGraph } from '../src/core/model/graph.ts';
import type { KnownOp, Model } from '../src/core/model/types.ts';
import { quantizeModel } from '../src/core/pipeline/quantize-model.ts';
import { outcomeOf } from '../src/core/quantize/outcome.ts';
import { type Recipe, recipeFor } from '../src/core/quantize/recipe.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { sourceOf } from './support/fake-runtime.ts';
import { islandModel } from './support/small-models.ts';

/** dense → ELU → dense: neither quantizer has ELU in integers, and onnxruntime's lowering does not know it. */
function eluModel(): Model {
  const model = islandModel('RELU');
  const graph = mainGraph(model);
  const ops = graph.ops.map((op) => (op.kind === 'RELU' ? ({ ...op, kind: 'ELU' } as KnownOp) : op));
  return withMainGraph(model, { ...graph, ops });
}

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
  const { comparison, quantized } = await quantizeModel({ model: eluModel(), samples, recipe }, tools);
  expect(outcomeOf(quantized.model).name).toBe(name);
  expect(comparison?.outputs.outputs[0]?.sqnr).toBeGreaterThan(leastSqnr);
});
