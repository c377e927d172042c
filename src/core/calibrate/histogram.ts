import type { Histogram } from './statistics.ts';

export const binCount = 2048;

/** The smallest bin width: float32's smallest step, which no difference of two values undercuts. */
const smallestExponent = -149;

/** Number of bins of width 2^exponent, with edges at multiples of it, that [low, high] touches. */
function binsTouched(low: number, high: number, exponent: number): number {
  const perBin = 2 ** -exponent;
  return Math.floor(high * perBin) - Math.floor(low * perBin) + 1;
}

/** The smallest e ≥ `from` such that bins of width 2^e cover [low, high]. What fits at e also fits at e + 1. */
function fittingExponent(low: number, high: number, from: number): number {
  const span = high - low;
  const guess = span > 0 ? Math.floor(Math.log2(span / binCount)) - 1 : from;
  let exponent = Math.max(from, guess);
  while (binsTouched(low, high, exponent) > binCount) exponent++;
  return exponent;
}

/**
 * A histogram that widens as values come: one pass, without knowing the range beforehand.
 *
 * Width is the smallest power of two at which the bins cover all values so far and 0. When it grows, 2^k neighbours
 * become one bin, and as all edges are multiples of the width, the result equals counting every value at the final width.
 * So it depends neither on the order of the values nor on how they were split into calls.
 */
export class GrowingHistogram {
  #counts = new Float64Array(binCount);
  #exponent = smallestExponent;
  /** Index of the lowest bin: floor(lowest value or 0 / width). */
  #first = 0;

  /** Makes room for values in [min, max]. `add` may then be called with such values. */
  cover(min: number, max: number): void {
    const low = Math.min(min, this.#first * 2 ** this.#exponent);
    const high = Math.max(max, this.#highest());
    const exponent = fittingExponent(low, high, this.#exponent);
    const first = Math.floor(low * 2 ** -exponent);
    if (exponent !== this.#exponent || first !== this.#first) this.#move(exponent, first);
  }

  /**
   * Counts `values`, which `cover` has made room for.
   * @param center - usually the mean of `values`.
   * @returns Σ (x − center)², from the same reading.
   */
  add(values: Float32Array, center: number): number {
    const counts = this.#counts;
    const perBin = 2 ** -this.#exponent;
    const first = this.#first;
    let squares = 0;
    for (let i = 0; i < values.length; i++) {
      const x = values[i] as number;
      const bin = Math.floor(x * perBin) - first;
      counts[bin] = (counts[bin] as number) + 1;
      squares += (x - center) * (x - center);
    }
    return squares;
  }

  snapshot(): Histogram {
    return { counts: this.#counts.slice(), width: 2 ** this.#exponent, first: this.#first };
  }

  /** A value in the highest bin in use, or 0: bins that are only free room do not widen the histogram. */
  #highest(): number {
    const last = this.#counts.findLastIndex((count) => count > 0);
    return Math.max(0, (this.#first + last) * 2 ** this.#exponent);
  }

  #move(exponent: number, first: number): void {
    const merged = 2 ** (exponent - this.#exponent);
    const counts = new Float64Array(binCount);
    this.#counts.forEach((count, i) => {
      if (count === 0) return;
      const bin = Math.floor((this.#first + i) / merged) - first;
      counts[bin] = (counts[bin] ?? 0) + count;
    });
    this.#counts = counts;
    this.#exponent = exponent;
    this.#first = first;
  }
}
