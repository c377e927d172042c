import { expect, test } from 'vitest';
import { toBins } from './bins.ts';

test('keeps the used part and 0, merges to the limit and loses no count', () => {
  const counts = [0, 0, 1, 2, 3, 4, 0, 0];
  const histogram = { counts, width: 0.5, first: -2 };
  expect(toBins(histogram, 8)).toEqual([
    { from: 0, to: 0.5, count: 1 },
    { from: 0.5, to: 1, count: 2 },
    { from: 1, to: 1.5, count: 3 },
    { from: 1.5, to: 2, count: 4 },
  ]);
  expect(toBins(histogram, 2)).toEqual([
    { from: 0, to: 1, count: 3 },
    { from: 1, to: 2, count: 7 },
  ]);
});

test('an uneven merge ends in one wider bar', () => {
  const bins = toBins({ counts: [1, 1, 1], width: 1, first: 0 }, 2);
  expect(bins).toEqual([
    { from: 0, to: 2, count: 2 },
    { from: 2, to: 4, count: 1 },
  ]);
});

test('without any value one empty bar at 0 remains', () => {
  expect(toBins({ counts: [0, 0], width: 1, first: 0 }, 4)).toEqual([{ from: 0, to: 1, count: 0 }]);
});
