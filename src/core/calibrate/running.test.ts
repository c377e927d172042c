import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RunningStatistics } from './running.ts';
import type { TensorStatistics } from './statistics.ts';

const from = (index: number) => ({ index, name: `${index}` });

function observed(batches: readonly (readonly number[])[], channels?: number): TensorStatistics {
  const running = new RunningStatistics(channels);
  batches.forEach((batch, index) => {
    expect(running.observe(Float32Array.from(batch), from(index))).toBe(true);
  });
  const snapshot = running.snapshot();
  if (snapshot === undefined) throw new Error('nothing observed');
  return snapshot;
}

const value = fc.float({ noNaN: true, min: -1000, max: 1000 });
const batches = fc.array(fc.array(value, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 10 });

test('extremes are exact and name the first sample that reached them', () => {
  fc.assert(
    fc.property(batches, (values) => {
      const { min, max, minFrom, maxFrom, count } = observed(values);
      expect(min).toBe(Math.min(...values.flat()));
      expect(max).toBe(Math.max(...values.flat()));
      expect(minFrom.index).toBe(values.findIndex((batch) => Math.min(...batch) === min));
      expect(maxFrom.index).toBe(values.findIndex((batch) => Math.max(...batch) === max));
      expect(count).toBe(values.flat().length);
    }),
  );
});

test('moments equal those of all values at once', () => {
  fc.assert(
    fc.property(batches, (values) => {
      const all = values.flat();
      const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
      const variance = all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length;
      const statistics = observed(values);
      expect(statistics.mean).toBeCloseTo(mean, 9);
      expect(statistics.variance).toBeCloseTo(variance, 6);
    }),
  );
});

test('the variance of values far from 0 does not cancel', () => {
  expect(
    observed([
      [8388608, 8388610],
      [8388608, 8388610],
    ]).variance,
  ).toBe(1);
});

test('channels are the last axis, and the rest is as without them', () => {
  const batchesOfRows = [
    [1, -2, 3, 4, 5, -6],
    [0, 9, 3, 1, 1, 1],
  ];
  const { channels, ...rest } = observed(batchesOfRows, 3);
  expect(channels).toEqual({ min: Float32Array.of(0, -2, -6), max: Float32Array.of(4, 9, 3) });
  expect(rest).toEqual(observed(batchesOfRows));
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%s is refused', (bad) => {
  expect(new RunningStatistics().observe(Float32Array.of(1, bad, 2), from(0))).toBe(false);
  expect(new RunningStatistics(3).observe(Float32Array.of(1, bad, 2), from(0))).toBe(false);
});

test('a tensor without elements has no statistics', () => {
  const running = new RunningStatistics();
  expect(running.observe(new Float32Array(0), from(0))).toBe(true);
  expect(running.snapshot()).toBeUndefined();
});
