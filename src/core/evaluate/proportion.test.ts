import { expect, test } from 'vitest';
import { proportion } from './proportion.ts';

/** Lower and upper limits as published for Wilson's interval without continuity correction (Newcombe 1998, table I, method 3). */
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('%i of %i', (hits, total, low, high) => {
  const interval = proportion(hits, total);
  expect(interval).toMatchObject({ hits, total });
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});
