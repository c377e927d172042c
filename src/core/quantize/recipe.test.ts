import { describe, expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { exportAiEdgeRecipe, importAiEdgeRecipe } from './ai-edge-recipe.ts';
import { presets } from './presets.ts';
import { activationTypeOfRecipe, defaultRecipe, parseRecipe, type Recipe, recipeFor } from './recipe.ts';

const throwing = (what: () => unknown): Problem => {
  try {
    what();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('recipes as JSON', () => {
  test('files of before there were modes mean what they meant', () => {
    const old = { version: 1, weights: 'per-tensor', inputType: 'uint8', ranges: { a: { min: 0, max: 6 } } };
    expect(parseRecipe(old)).toEqual({ ...defaultRecipe, ...old });
    expect(parseRecipe({})).toEqual(defaultRecipe);
  });

  test('inputs and outputs follow the mode', () => {
    expect(parseRecipe({ mode: 'int16x8' })).toMatchObject({ inputType: 'int16', outputType: 'int16' });
    expect(parseRecipe({ mode: 'float16' })).toMatchObject({ inputType: 'float32', outputType: 'float32' });
  });

  test.each<[unknown, string]>([
    [{ mode: 'int7' }, 'mode'],
    [{ minElement: 3 }, 'minElement'],
    [{ minElements: -1 }, 'minElements'],
    [{ weightBits: 5 }, 'weightBits'],
    [{ joins: 'never' }, 'joins'],
    [{ inputMapping: [{ mean: 127.5, std: 1 }] }, 'inputMapping[0]'],
    [{ defaultRange: { min: 6, max: 0 } }, 'defaultRange'],
    [{ defaultRange: { min: -3e38, max: 3e38 } }, 'defaultRange'],
    [{ ranges: { x: { min: -3e38, max: 3e38 } } }, 'ranges.x'],
    [{ inputMapping: [{ mean: 0, std: 1e-37 }] }, 'inputMapping[0]'],
    [{ rules: [{ operator: 'CONV_2D' }] }, 'rules[0].scheme'],
    [{ rules: [{ name: '(', scheme: 'float' }] }, 'rules[0].name'],
    [{ rules: [{ kind: 'CONV_2D', scheme: 'float' }] }, 'rules[0].kind'],
    [{ mode: 'float16', inputType: 'int8' }, 'inputType'],
    [{ mode: 'int16x8', outputType: 'int8' }, 'outputType'],
  ])('%j is refused by its field', (json, field) => {
    const problem = throwing(() => parseRecipe(json));
    expect(problem).toMatchObject({ code: 'recipe/invalid', details: { field } });
  });

  test('one model has one type of integer activations', () => {
    const recipe = recipeFor('int8', { rules: [{ operator: 'ADD', scheme: 'int16x8' }] });
    expect(throwing(() => activationTypeOfRecipe(recipe)).message).toContain('int8 and int16');
  });

  test.each(Object.entries(presets))('the preset %s is a recipe that reads as itself', (_, { recipe }) => {
    expect(parseRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  });
});

/** As ai-edge-quantizer ships them. */
const staticConfig = {
  activation_tensor_config: { num_bits: 8, symmetric: false, granularity: 'TENSORWISE', dtype: 'INT' },
  weight_tensor_config: { num_bits: 8, symmetric: true, granularity: 'CHANNELWISE', dtype: 'INT' },
  compute_precision: 'INTEGER',
};

describe('recipes of ai-edge-quantizer', () => {
  test('static int8 with a head left in float', () => {
    const { recipe } = importAiEdgeRecipe([
      { regex: '.*', operation: '*', algorithm_key: 'min_max_uniform_quantize', op_config: staticConfig },
      { regex: '.*head.*', operation: 'FULLY_CONNECTED', algorithm_key: 'no_quantize' },
    ]);
    const rules = [
      { name: '.*head.*', operator: 'FULLY_CONNECTED', scheme: 'float', minElements: 0, optional: true },
    ];
    expect(recipe).toEqual(recipeFor('int8', { minElements: 0, rules } as Partial<Recipe>));
  });

  test('older spellings: channel_wise, no granularity; and what no entry is about stays float', () => {
    const config = { weight_tensor_config: { num_bits: 4, symmetric: true, channel_wise: true } };
    const { recipe } = importAiEdgeRecipe([
      {
        regex: '.*',
        operation: 'FULLY_CONNECTED',
        algorithm_key: 'min_max_uniform_quantize',
        op_config: { ...config, compute_precision: 'FLOAT', explicit_dequantize: true },
      },
    ]);
    expect(recipe).toMatchObject({ mode: 'float', inputType: 'float32' });
    expect(recipe.rules).toEqual([
      {
        operator: 'FULLY_CONNECTED',
        scheme: 'weights-only',
        weights: 'per-channel',
        weightBits: 4,
        minElements: 0,
        optional: true,
      },
    ]);
  });

  test('newer spellings: op_scope_regex and a list of operations', () => {
    const { recipe } = importAiEdgeRecipe([
      {
        op_scope_regex: 'a',
        operations: ['CONV_2D', 'CONV_2D_TRANSPOSE'],
        algorithm_key: 'float_casting',
      },
    ]);
    expect(recipe.rules.map(({ name, operator, scheme }) => [name, operator, scheme])).toEqual([
      ['a', 'CONV_2D', 'float16'],
      ['a', 'TRANSPOSE_CONV', 'float16'],
    ]);
  });

  test.each([
    [{ algorithm_key: 'GPTQ' }, 'GPTQ'],
    [
      {
        algorithm_key: 'min_max_uniform_quantize',
        op_config: { weight_tensor_config: { num_bits: 4, granularity: 'BLOCKWISE_32' } },
      },
      'BLOCKWISE_32',
    ],
  ])('what is not known is refused by its entry', (entry, what) => {
    const problem = throwing(() => importAiEdgeRecipe([entry]));
    expect(problem.message).toContain('Entry 0');
    expect(problem.message).toContain(what);
  });

  const exported = Object.entries(presets).filter(([, { recipe }]) => recipe.mode !== 'uint8');
  test.each(exported)('%s goes there and back', (_, { recipe }) => {
    const { recipe: back } = importAiEdgeRecipe(exportAiEdgeRecipe(recipe).recipe);
    const { mode, weights, weightBits, inputType } = recipe;
    // A uint8 input is int8 there: the format tells no more than float or not.
    const type = inputType === 'uint8' ? 'int8' : inputType;
    expect(back).toMatchObject({ mode, inputType: type, ...(mode !== 'float16' && { weights, weightBits }) });
  });

  test('a picked layer becomes a pattern that matches it alone', () => {
    const rules = [{ tensor: 'a/b(c)', scheme: 'float' }] as const;
    const [, entry] = exportAiEdgeRecipe(recipeFor('int8', { rules })).recipe;
    const pattern = new RegExp(entry?.regex ?? '');
    expect(['a/b(c);', 'x;a/b(c);'].every((names) => pattern.test(names))).toBe(true);
    expect(['xa/b(c);', 'a/b(c)d;', 'a/bc;'].some((names) => pattern.test(names))).toBe(false);
  });

  test('uint8 has no place there', () => {
    expect(throwing(() => exportAiEdgeRecipe(recipeFor('uint8'))).code).toBe('recipe/invalid');
  });
});
