/** A histogram as calibration counts it: bin i holds the values in [(first + i) · width, (first + i + 1) · width). */
export interface Counts {
  readonly counts: ArrayLike<number>;
  readonly width: number;
  readonly first: number;
}

/** One bar: `count` values in [from, to). */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** The first and the last index with a count, and 0, which every int8 range includes. */
function usedSpan({ counts, first }: Counts): readonly [number, number] {
  let [low, high] = [-first, -first];
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    low = Math.min(low, i);
    high = Math.max(high, i);
  }
  return [Math.max(0, low), Math.min(counts.length - 1, high)];
}

/**
 * The part of a histogram that is in use, as at most `limit` bars of equal width: more are narrower than a pixel, and
 * a table of them is no longer read.
 */
export function toBins(histogram: Counts, limit: number): readonly Bin[] {
  const { counts, width, first } = histogram;
  const [low, high] = usedSpan(histogram);
  const merged = Math.max(1, Math.ceil((high - low + 1) / limit));
  const bins: Bin[] = [];
  for (let start = low; start <= high; start += merged) {
    let count = 0;
    for (let i = start; i < Math.min(start + merged, counts.length); i++) count += counts[i] ?? 0;
    bins.push({ from: (first + start) * width, to: (first + start + merged) * width, count });
  }
  return bins;
}
