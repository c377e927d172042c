const firstDecay = 0.9;
const secondDecay = 0.999;

/** Values that training moves, with their gradient and Adam's two averages (Kingma and Ba, 2015, algorithm 1). */
export class Parameter {
  readonly values: Float64Array;
  readonly gradient: Float64Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  #firstPower = 1;
  #secondPower = 1;

  constructor(values: Float64Array) {
    this.values = values;
    this.gradient = new Float64Array(values.length);
    this.#first = new Float64Array(values.length);
    this.#second = new Float64Array(values.length);
  }

  /** One step of Adam down the present gradient. */
  step(rate: number): void {
    // Running products, since the last bits of a power may differ between engines.
    this.#firstPower *= firstDecay;
    this.#secondPower *= secondDecay;
    for (let i = 0; i < this.values.length; i++) {
      const slope = this.gradient[i] as number;
      const first = firstDecay * (this.#first[i] as number) + (1 - firstDecay) * slope;
      const second = secondDecay * (this.#second[i] as number) + (1 - secondDecay) * slope * slope;
      this.#first[i] = first;
      this.#second[i] = second;
      const size = Math.sqrt(second / (1 - this.#secondPower)) + 1e-8;
      this.values[i] = (this.values[i] as number) - (rate * (first / (1 - this.#firstPower))) / size;
    }
  }
}
