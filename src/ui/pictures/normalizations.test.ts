import { expect, test } from 'vitest';
import { normalizationOf } from './normalizations.ts';

test('recognises a common normalization however it is written', () => {
  expect(normalizationOf({ mean: [0], std: [255] })).toBe('unit');
  expect(normalizationOf({ mean: [0, 0, 0], std: [255, 255, 255] })).toBe('unit');
  expect(normalizationOf({ mean: [127.5], std: [127.5, 127.5, 127.5] })).toBe('signed');
});

test('knows no name for other numbers', () => {
  expect(normalizationOf({ mean: [0], std: [256] })).toBeUndefined();
  expect(normalizationOf({ mean: [0, 0, 1], std: [255] })).toBeUndefined();
});
