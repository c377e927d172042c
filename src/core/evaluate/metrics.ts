/** How far values lie from a reference f, over all elements of all samples; q is the other value. */
export interface ErrorFigures {
  /**
   * Signal-to-quantization-noise ratio, 10 · log10(Σf² / Σ(f − q)²), dB. +∞ when all values are equal, −∞ when only the
   * reference is 0 throughout.
   */
  readonly sqnr: number;
  /** Σfq / √(Σf² · Σq²): 1 when equal up to a factor; 1 when both are 0 throughout, 0 when one of them is. */
  readonly cosine: number;
  /** Largest |q − f|. */
  readonly maxError: number;
  /** Mean of q − f: what a bias correction would take away. */
  readonly meanError: number;
  readonly meanSquaredError: number;
  /** Number of elements compared. */
  readonly count: number;
}

/** Sums up errors while samples come; nothing but seven numbers is kept. */
export class ErrorSums {
  #signal = 0;
  #other = 0;
  #product = 0;
  #noise = 0;
  #error = 0;
  #largest = 0;
  #count = 0;

  /** @param reference - and `value`, real numbers of the same length. */
  add(reference: Float32Array, value: Float32Array): void {
    let [signal, other, product, noise, error, largest] = [0, 0, 0, 0, 0, this.#largest];
    for (let i = 0; i < reference.length; i++) {
      const f = reference[i] as number;
      const q = value[i] as number;
      const difference = q - f;
      signal += f * f;
      other += q * q;
      product += f * q;
      noise += difference * difference;
      error += difference;
      largest = Math.max(largest, Math.abs(difference));
    }
    this.#signal += signal;
    this.#other += other;
    this.#product += product;
    this.#noise += noise;
    this.#error += error;
    this.#largest = largest;
    this.#count += reference.length;
  }

  /** `undefined` when nothing was added. */
  figures(): ErrorFigures | undefined {
    if (this.#count === 0) return undefined;
    return {
      sqnr: this.#noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(this.#signal / this.#noise),
      cosine: this.#cosine(),
      maxError: this.#largest,
      meanError: this.#error / this.#count,
      meanSquaredError: this.#noise / this.#count,
      count: this.#count,
    };
  }

  #cosine(): number {
    if (this.#signal === 0 && this.#other === 0) return 1;
    if (this.#signal === 0 || this.#other === 0) return 0;
    return this.#product / Math.sqrt(this.#signal * this.#other);
  }
}

/**
 * Root mean squared error in steps of the int8 grid. Rounding alone gives 1/√12 ≈ 0.29, as its errors are evenly spread
 * over one step; much more means clipping, or errors that came in with the inputs.
 */
export function rmseInSteps({ meanSquaredError }: ErrorFigures, scale: number): number {
  return Math.sqrt(meanSquaredError) / scale;
}
