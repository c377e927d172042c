import type { ChannelExtremes } from './statistics.ts';

/** What one reading of a tensor tells. */
export interface Reading {
  readonly min: number;
  readonly max: number;
  /** Not finite exactly when a value is NaN or infinite: float32 values cannot overflow a double's sum. */
  readonly sum: number;
}

/** Extremes and sum of `values`. */
export function readExtremes(values: Float32Array): Reading {
  // In an array, because V8 boxes plain variables in this loop, which then takes eight times as long (Node 20).
  const extremes = Float32Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number;
    if (x < (extremes[0] as number)) extremes[0] = x;
    if (x > (extremes[1] as number)) extremes[1] = x;
    sum += x;
  }
  return { min: extremes[0] as number, max: extremes[1] as number, sum };
}

/** Extremes per channel over all values read so far. */
export class RunningChannels {
  readonly #min: Float32Array;
  readonly #max: Float32Array;

  /** @param channels - size of the last axis. */
  constructor(channels: number) {
    this.#min = new Float32Array(channels).fill(Number.POSITIVE_INFINITY);
    this.#max = new Float32Array(channels).fill(Number.NEGATIVE_INFINITY);
  }

  /**
   * @param values - C order, channels last.
   * @returns extremes over everything read so far, and the sum of `values` alone.
   */
  read(values: Float32Array): Reading {
    const [min, max] = [this.#min, this.#max];
    let sum = 0;
    for (let row = 0; row < values.length; row += min.length) {
      for (let c = 0; c < min.length; c++) {
        const x = values[row + c] as number;
        if (x < (min[c] as number)) min[c] = x;
        if (x > (max[c] as number)) max[c] = x;
        sum += x;
      }
    }
    return { min: readExtremes(min).min, max: readExtremes(max).max, sum };
  }

  snapshot(): ChannelExtremes {
    return { min: this.#min.slice(), max: this.#max.slice() };
  }
}
