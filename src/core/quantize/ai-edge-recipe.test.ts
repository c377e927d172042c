import { expect, test } from 'vitest';
import { islandModel, run } from '../../../tests/support/small-models.ts';
import { recipeNotes } from '../pipeline/quantize-model.ts';
import { importAiEdgeRecipe } from './ai-edge-recipe.ts';
import { outcomeOf } from './outcome.ts';
import { recipeFor } from './recipe.ts';

const int8 = {
  algorithm_key: 'min_max_uniform_quantize',
  op_config: {
    activation_tensor_config: { num_bits: 8, symmetric: false, granularity: 'TENSORWISE', dtype: 'INT' },
    weight_tensor_config: { num_bits: 8, symmetric: true, granularity: 'CHANNELWISE', dtype: 'INT' },
    compute_precision: 'INTEGER',
  },
};

test('a sound recipe is read', () => {
  const { recipe } = importAiEdgeRecipe([{ regex: '.*', operation: '*', ...int8 }]);
  expect(recipe.mode).toBe('int8');
});

test.each([
  ['a pattern with an open bracket', { regex: '(', operation: 'CONV_2D', ...int8 }],
  ['a flag that only Python knows', { regex: '(?i)STEM', operation: 'CONV_2D', ...int8 }],
  ['a pattern that is no text', { regex: 5, operation: 'CONV_2D', ...int8 }],
  ['operations that are one text', { regex: '.*', operations: 'CONV_2D', ...int8 }],
])('%s is refused as a recipe', (_, entry) => {
  const read = () => importAiEdgeRecipe([{ regex: '.*', operation: '*', ...int8 }, entry]);
  expect(read).toThrow(expect.objectContaining({ code: 'recipe/invalid' }));
});

test('entries that the model has no op for have no effect there, and are told', () => {
  const { recipe } = importAiEdgeRecipe([
    { regex: '.*', operation: '*', ...int8 },
    { regex: '.*', operation: 'CONV_2D_TRANSPOSE', algorithm_key: 'no_quantize' },
    { regex: 'head', operation: '*', algorithm_key: 'no_quantize' },
  ]);
  const { model } = run(islandModel('RELU'), recipe);
  expect(outcomeOf(model).name).toBe('strict int8');
  expect(recipeNotes(islandModel('RELU'), recipe)).toEqual([
    {
      kind: 'ignored-rules',
      text: 'Entries of the recipe without effect, as the model has no TRANSPOSE_CONV, no op named /head/.',
    },
  ]);
  expect(recipeNotes(islandModel('RELU'), recipeFor('int8'))).toEqual([]);
});
