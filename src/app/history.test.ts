import { expect, test } from 'vitest';
import { defaultRecipe } from '../core/quantize/recipe.ts';
import { noHistory, remembered, stepBack, stepForward } from './history.ts';

/** Settings that can be told apart. */
const settings = (inputType: 'int8' | 'uint8' | 'float32') => ({ recipe: { ...defaultRecipe, inputType } });
const [first, second, third] = [settings('int8'), settings('uint8'), settings('float32')];

test('without an edit there is nothing to undo or redo', () => {
  expect(stepBack(noHistory, first)).toBeUndefined();
  expect(stepForward(noHistory, first)).toBeUndefined();
});

test('back and forward again is where one was', () => {
  const edited = remembered(remembered(noHistory, first), second);
  const back = stepBack(edited, third);
  expect(back?.settings).toBe(second);
  const forward = back && stepForward(back.history, back.settings);
  expect(forward).toEqual({ settings: third, history: edited });
});

test('a new edit forgets what was undone', () => {
  const back = stepBack(remembered(noHistory, first), second);
  expect(back && remembered(back.history, back.settings).future).toEqual([]);
});

test('only the last hundred edits are kept', () => {
  let history = noHistory;
  for (let i = 0; i < 150; i++) history = remembered(history, i === 50 ? first : second);
  expect(history.past).toHaveLength(100);
  expect(history.past[0]).toBe(first);
});
