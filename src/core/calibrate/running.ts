import { type Reading, RunningChannels, readExtremes } from './extremes.ts';
import { GrowingHistogram } from './histogram.ts';
import type { SampleRef, TensorStatistics } from './statistics.ts';

interface Extreme {
  readonly value: number;
  readonly from: SampleRef;
}

/** Statistics of one tensor while samples come. Each value is read twice, whatever the number of samples. */
export class RunningStatistics {
  readonly #histogram = new GrowingHistogram();
  readonly #channels: RunningChannels | undefined;
  #min: Extreme | undefined;
  #max: Extreme | undefined;
  #count = 0;
  #mean = 0;
  /** Σ (x − mean)² over all values. */
  #squares = 0;

  /** @param channels - size of the last axis where extremes per channel are wanted. */
  constructor(channels?: number) {
    this.#channels = channels === undefined ? undefined : new RunningChannels(channels);
  }

  /**
   * @param values - the whole tensor, C order.
   * @returns false when a value is NaN or infinite; the statistics are of no use then.
   */
  observe(values: Float32Array, from: SampleRef): boolean {
    if (values.length === 0) return true;
    const reading = this.#channels?.read(values) ?? readExtremes(values);
    if (!Number.isFinite(reading.sum)) return false;
    if (this.#min === undefined || reading.min < this.#min.value) this.#min = { value: reading.min, from };
    if (this.#max === undefined || reading.max > this.#max.value) this.#max = { value: reading.max, from };
    this.#merge(values, reading);
    return true;
  }

  /** `undefined` when no value was observed. */
  snapshot(): TensorStatistics | undefined {
    if (this.#min === undefined || this.#max === undefined) return undefined;
    return {
      min: this.#min.value,
      max: this.#max.value,
      minFrom: this.#min.from,
      maxFrom: this.#max.from,
      count: this.#count,
      mean: this.#mean,
      variance: this.#squares / this.#count,
      histogram: this.#histogram.snapshot(),
      ...(this.#channels !== undefined && { channels: this.#channels.snapshot() }),
    };
  }

  /**
   * Adds one tensor's moments to the running ones: Chan, Golub and LeVeque, “Updating formulae and a pairwise algorithm
   * for computing sample variances” (1979), equation 2.1. No sum of squares is ever formed, so nothing cancels.
   */
  #merge(values: Float32Array, { min, max, sum }: Reading): void {
    const mean = sum / values.length;
    this.#histogram.cover(min, max);
    const squares = this.#histogram.add(values, mean);
    const total = this.#count + values.length;
    const delta = mean - this.#mean;
    this.#squares += squares + (delta * delta * this.#count * values.length) / total;
    this.#mean += (delta * values.length) / total;
    this.#count = total;
  }
}
