import { expect, test } from 'vitest';
import type { RecipeRule } from '../../core/quantize/recipe-rules.ts';
import { isPattern, ruleText } from './rules.ts';

test.each<[RecipeRule, string]>([
  [{ operator: 'SOFTMAX', scheme: 'float' }, 'SOFTMAX: float'],
  [{ tensor: 'a/b', scheme: 'int8', weights: 'per-tensor' }, 'Layer “a/b”: int8, per tensor'],
  [
    { name: 'block_[12]', operator: 'CONV_2D', scheme: 'int8', weightBits: 4 },
    'CONV_2D named /block_[12]/: int8, 4-bit weights',
  ],
])('%o reads “%s”', (rule, text) => {
  expect(ruleText(rule)).toBe(text);
});

test('a text that is no pattern is known as such', () => {
  expect([isPattern('block_.*'), isPattern('block_(')]).toEqual([true, false]);
});
