/**
 * Reproducible random numbers: the 32-bit finalizer of splitmix ("mix, add a constant, mix again") over a counter. Integer
 * arithmetic only, so that every engine draws the same pictures.
 */
export class Random {
  #state: number;

  /** @param seed - any integer; seeds that lie side by side give unrelated sequences */
  constructor(seed: number) {
    this.#state = mix(seed ^ 0x5bf03635);
  }

  /** An integer in [0, 2³²). */
  bits(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return mix(this.#state) >>> 0;
  }

  /** A number in [0, 1), a multiple of 2⁻³². */
  fraction(): number {
    return this.bits() / 0x1_0000_0000;
  }

  /** A number in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.fraction();
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[Math.floor(this.fraction() * list.length)] ?? list[0];
  }
}

function mix(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}
