import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RunningStatistics } from '../calibrate/running.ts';
import type { TensorStatistics } from '../calibrate/statistics.ts';
import { clippedShare, quantile } from './distribution.ts';

function statisticsOf(values: readonly number[]): TensorStatistics {
  const running = new RunningStatistics();
  running.observe(Float32Array.from(values), { index: 0, name: '' });
  const snapshot = running.snapshot();
  if (snapshot === undefined) throw new Error('no values');
  return snapshot;
}

const values = fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { minLength: 1, maxLength: 200 });

test('the observed extremes clip nothing', () => {
  fc.assert(
    fc.property(values, (list) => {
      const statistics = statisticsOf(list);
      expect(clippedShare(statistics, statistics)).toEqual({ below: 0, above: 0 });
    }),
  );
});

test('shares are exact at 0', () => {
  fc.assert(
    fc.property(values, (list) => {
      const { below } = clippedShare(statisticsOf(list), { min: 0, max: 100 });
      expect(below).toBe(list.filter((x) => x < 0).length / list.length);
    }),
  );
});

test('shares at any limit are right to the values in the bin that it falls in', () => {
  fc.assert(
    fc.property(values, fc.double({ noNaN: true, min: -100, max: 100 }), (list, limit) => {
      const statistics = statisticsOf(list);
      const { width } = statistics.histogram;
      const { above } = clippedShare(statistics, { min: -100, max: limit });
      const share = (from: number) => list.filter((x) => x > from).length / list.length;
      expect(above).toBeLessThanOrEqual(share(limit - width) + 1e-9);
      expect(above).toBeGreaterThanOrEqual(share(limit + width) - 1e-9);
    }),
  );
});

test('quantiles lie within a bin of the sorted values', () => {
  fc.assert(
    fc.property(values, fc.double({ noNaN: true, min: 0, max: 1 }), (list, p) => {
      const statistics = statisticsOf(list);
      const sorted = list.toSorted((a, b) => a - b);
      const at = (position: number) => sorted[Math.min(Math.max(position, 0), sorted.length - 1)] as number;
      const slack = statistics.histogram.width;
      const found = quantile(statistics, p);
      expect(found).toBeGreaterThanOrEqual(at(Math.floor(p * sorted.length) - 1) - slack);
      expect(found).toBeLessThanOrEqual(at(Math.ceil(p * sorted.length)) + slack);
    }),
  );
});

test('quantiles end at the extremes', () => {
  const statistics = statisticsOf([-3, 0, 0.5, 7]);
  expect([quantile(statistics, 0), quantile(statistics, 1)]).toEqual([-3, 7]);
});
