import { expect, test } from 'vitest';
import { presets } from '../../core/quantize/presets.ts';
import { defaultRecipe } from '../../core/quantize/recipe.ts';
import { presetOf, withPreset } from './preset.ts';

test.each(Object.keys(presets))('a recipe changed to the preset %s is that preset', (name) => {
  const own = {
    ...defaultRecipe,
    ranges: { x: { min: 0, max: 1 } },
    rules: [{ operator: 'SOFTMAX', scheme: 'float' as const }],
    defaultRange: { min: 0, max: 6 },
  };
  const changed = { ...own, ...withPreset(name) };
  expect(presetOf(changed)).toBe(name);
  expect([changed.ranges, changed.rules]).toEqual([own.ranges, own.rules]);
});

test('a change in detail is no preset any more', () => {
  expect(presetOf({ ...defaultRecipe, joins: 'tensorflow' })).toBeUndefined();
});
