import fc from 'fast-check';
import { expect, test } from 'vitest';
import { binCount, GrowingHistogram } from './histogram.ts';
import type { Histogram } from './statistics.ts';

function counted(batches: readonly (readonly number[])[]): Histogram {
  const histogram = new GrowingHistogram();
  for (const batch of batches) {
    histogram.cover(Math.min(...batch), Math.max(...batch));
    histogram.add(Float32Array.from(batch), 0);
  }
  return histogram.snapshot();
}

/** The bins of `values` at a known width, counted in the plainest way. */
function direct(values: readonly number[], { width, first }: Histogram): Float64Array {
  const counts = new Float64Array(binCount);
  for (const value of values)
    counts[Math.floor(value / width) - first] = (counts[Math.floor(value / width) - first] ?? 0) + 1;
  return counts;
}

const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const modest = fc.float({ noNaN: true, min: -64, max: 64 });
const batch = fc.array(fc.oneof(float, modest, modest, modest), { minLength: 1, maxLength: 30 });
const batches = fc.array(batch, { minLength: 1, maxLength: 8 });

test('growing bins hold what counting at the final width gives', () => {
  fc.assert(
    fc.property(batches, (values) => {
      const histogram = counted(values);
      expect(histogram.counts).toEqual(direct(values.flat(), histogram));
    }),
  );
});

test('neither the order of values nor their batches matter', () => {
  fc.assert(
    fc.property(batches, (values) => {
      const all = counted([values.flat()]);
      expect(counted(values)).toEqual(all);
      expect(counted(values.toReversed())).toEqual(all);
      expect(counted(values.flat().map((value) => [value]))).toEqual(all);
    }),
  );
});

test('the width is the smallest power of two that covers all values and 0', () => {
  fc.assert(
    fc.property(batch, (values) => {
      const { width, first } = counted([values]);
      // Both 0 and −0 are the bin 0.
      const [low, high] = [Math.min(0, ...values) + 0, Math.max(0, ...values)];
      expect(first).toBe(Math.floor(low / width));
      expect(Math.floor(high / width) - first).toBeLessThan(binCount);
      const half = width / 2;
      const halfFits = Math.floor(high / half) - Math.floor(low / half) < binCount;
      expect(halfFits && half >= 2 ** -149).toBe(false);
    }),
  );
});

test('0 is an edge: what lies below is apart from what does not', () => {
  const { counts, first } = counted([[-1e-30, 0, 1e-30, 1000]]);
  expect(first).toBe(-1);
  expect([counts[0], counts[1]]).toEqual([1, 2]);
});

test('deviations are summed in the same reading', () => {
  const histogram = new GrowingHistogram();
  histogram.cover(1, 5);
  expect(histogram.add(Float32Array.of(1, 3, 5), 3)).toBe(8);
});
