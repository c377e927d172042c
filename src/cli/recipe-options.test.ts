import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Problem } from '../core/problem.ts';
import { presets } from '../core/quantize/presets.ts';
import { recipeFor } from '../core/quantize/recipe.ts';
import { parseArguments } from './arguments.ts';
import { quantizeSpec } from './quantize.ts';
import { recipeOf } from './recipe-options.ts';

const recipeFrom = (...args: readonly string[]) =>
  recipeOf(parseArguments(quantizeSpec, ['m.tflite', ...args]));

test.each(Object.entries(presets))('--recipe %s', (name, { recipe }) => {
  expect(recipeFrom('--recipe', name)).toEqual(recipe);
});

test('options change the recipe that is named', () => {
  const args = ['--recipe', 'uint8', '--strict', '--input-mapping', '128,127.5', '--default-range=-1,1'];
  const rules = ['--keep-float', 'ADD', '--keep-float', 'head/.*'];
  expect(recipeFrom(...args, ...rules)).toEqual({
    ...presets.uint8?.recipe,
    fallback: 'strict',
    inputMapping: [{ mean: 128, std: 127.5 }],
    defaultRange: { min: -1, max: 1 },
    rules: [
      { operator: 'ADD', scheme: 'float' },
      { name: 'head/.*', scheme: 'float' },
    ],
  });
  expect(recipeFrom('--weight-bits', '4', '--min-elements', '0')).toEqual(
    recipeFor('int8', { weightBits: 4, minElements: 0 }),
  );
});

test('a file may be ours or ai-edge-quantizer’s', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recipe-'));
  const [ours, theirs] = [join(folder, 'ours.json'), join(folder, 'theirs.json')];
  writeFileSync(ours, JSON.stringify({ mode: 'float16' }));
  writeFileSync(theirs, JSON.stringify([{ regex: '.*', operation: '*', algorithm_key: 'float_casting' }]));
  expect(recipeFrom('--recipe', ours)).toEqual(recipeFor('float16'));
  expect(recipeFrom('--recipe', theirs).mode).toBe('float16');
});

test.each([
  [['--recipe', 'int9'], 'usage'],
  [['--default-range', '6'], 'usage'],
  [['--weight-bits', '3'], 'recipe/invalid'],
  [['--weight-bits', 'few'], 'usage'],
  [['--min-elements', ''], 'usage'],
  [['--default-range', ','], 'usage'],
  [['--input-mapping', ',1'], 'usage'],
  [['--input-type', 'int16'], 'recipe/invalid'],
])('%j is refused', (args, code) => {
  try {
    recipeFrom(...args);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).code).toBe(code);
  }
});
