import { expect, test } from 'vitest';
import { powerTicks, roundTicks } from './ticks.ts';

test('ticks are round and lie within', () => {
  expect(roundTicks(-0.2, 10.4, 6)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(roundTicks(-0.31, 0.32, 6)).toEqual([-0.2, 0, 0.2]);
  expect(roundTicks(3, 3, 6)).toEqual([3]);
});

test('a logarithmic axis has 0 and few powers of ten', () => {
  expect(powerTicks(900)).toEqual([0, 10, 100]);
  expect(powerTicks(3e8)).toEqual([0, 100, 10_000, 1_000_000, 100_000_000]);
  expect(powerTicks(0)).toEqual([0, 10]);
});
