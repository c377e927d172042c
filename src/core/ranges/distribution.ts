import type { TensorStatistics } from '../calibrate/statistics.ts';

/** Shares of all values, 0 to 1. */
export interface ClippedShare {
  readonly below: number;
  readonly above: number;
}

/** What these functions need of a tensor's statistics. */
type Distribution = Pick<TensorStatistics, 'min' | 'max' | 'count' | 'histogram'>;

interface Bin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** Bins in use, each cut to what can hold values: nothing lies outside the observed extremes. */
function usedBins({ min, max, histogram }: Distribution): readonly Bin[] {
  const { counts, width, first } = histogram;
  const bins: Bin[] = [];
  counts.forEach((count, i) => {
    if (count === 0) return;
    bins.push({
      low: Math.max(min, (first + i) * width),
      high: Math.min(max, (first + i + 1) * width),
      count,
    });
  });
  return bins;
}

/** Values of `bin` below `x`, taken as evenly spread; a bin of one single value counts when that lies below. */
function countBelow({ low, high, count }: Bin, x: number): number {
  if (x <= low) return 0;
  return x >= high ? count : (count * (x - low)) / (high - low);
}

/** Values of `bin` above `x`. Not the rest of `countBelow`: a bin of one single value at `x` is neither. */
function countAbove({ low, high, count }: Bin, x: number): number {
  if (x >= high) return 0;
  return x <= low ? count : (count * (high - x)) / (high - low);
}

/**
 * The share of values outside [range.min, range.max]. Exact where a limit is 0, an observed extreme or any other bin
 * edge; between edges values count as evenly spread within their bin.
 */
export function clippedShare(
  distribution: Distribution,
  range: { readonly min: number; readonly max: number },
): ClippedShare {
  let [below, above] = [0, 0];
  for (const bin of usedBins(distribution)) {
    below += countBelow(bin, range.min);
    above += countAbove(bin, range.max);
  }
  return { below: below / distribution.count, above: above / distribution.count };
}

/**
 * The value that a share `p` of all values lies below, to within a bin's width.
 * @param p - 0 to 1; 0 gives the minimum, 1 the maximum.
 */
export function quantile(distribution: Distribution, p: number): number {
  let left = p * distribution.count;
  for (const { low, high, count } of usedBins(distribution)) {
    if (left <= count) return low + (high - low) * (left / count);
    left -= count;
  }
  return distribution.max;
}
