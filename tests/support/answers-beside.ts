import type { Sample } from '../../src/core/model/types.ts';

/** What a sample is about: the output whose largest value is its class, and the right one. */
export interface About {
  /** Absent where the model is no classifier. */
  readonly classes?: number;
  readonly label?: number | undefined;
}

function largestOf(values: ArrayLike<number | bigint>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (Number(values[i]) > Number(values[best])) best = i;
  return best;
}

/** How a candidate's outputs lie beside a reference's, over all samples. */
export class AnswersBeside {
  readonly #energies: { signal: number; noise: number }[] = [];
  #right = 0;
  #same = 0;
  #labelled = 0;

  add(reference: Sample, candidate: Sample, { classes, label }: About): void {
    reference.forEach(({ data }, k) => {
      const energy = this.#energies[k] ?? { signal: 0, noise: 0 };
      const other = candidate[k]?.data ?? [];
      for (let i = 0; i < data.length; i++) {
        energy.signal += Number(data[i]) ** 2;
        energy.noise += (Number(data[i]) - Number(other[i])) ** 2;
      }
      this.#energies[k] = energy;
    });
    if (classes === undefined) return;
    const [one, two] = [reference, candidate].map((sample) => largestOf(sample[classes]?.data ?? []));
    this.#labelled += 1;
    if (one === two) this.#same += 1;
    if (two === label) this.#right += 1;
  }

  /** dB, by output: infinite where all values are equal. */
  get sqnr(): readonly number[] {
    return this.#energies.map(({ signal, noise }) => 10 * Math.log10(signal / noise));
  }

  /** Shares of the samples of a classifier: whose class is right, and whose is the reference's. */
  get shares(): { readonly accuracy: number; readonly agreement: number } | undefined {
    if (this.#labelled === 0) return undefined;
    return { accuracy: this.#right / this.#labelled, agreement: this.#same / this.#labelled };
  }
}
