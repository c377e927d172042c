/** What one comparison found. */
interface Found {
  readonly elements: number;
  readonly differing: number;
  /** Largest |difference|: steps of a quantized type, real units of a float one. */
  readonly largest: number;
}

const nothing: Found = { elements: 0, differing: 0, largest: 0 };

/** Differences from an oracle, summed by name and profile. */
export class Table {
  readonly #title: string;
  readonly #profiles: readonly string[];
  readonly #rows = new Map<string, Map<string, Found>>();

  constructor(title: string, profiles: readonly string[]) {
    this.#title = title;
    this.#profiles = profiles;
  }

  get size(): number {
    return this.#rows.size;
  }

  add(name: string, profile: string, { elements, differing, largest }: Found): void {
    const row = this.#rows.get(name) ?? new Map<string, Found>();
    const sum = row.get(profile) ?? nothing;
    row.set(profile, {
      elements: sum.elements + elements,
      differing: sum.differing + differing,
      largest: Math.max(sum.largest, largest),
    });
    this.#rows.set(name, row);
  }

  /** Names whose largest difference is not within what `limit` allows, with what was found. */
  beyond(profile: string, limit: (name: string) => number): readonly string[] {
    return [...this.#rows].flatMap(([name, row]) => {
      const { elements, differing, largest } = row.get(profile) ?? nothing;
      return largest <= limit(name) ? [] : [`${name}: ${differing} of ${elements}, at most ${largest}`];
    });
  }

  print(): void {
    const verdict = ({ differing, largest }: Found): string => {
      if (differing === 0) return 'equal';
      return `${differing} differ, ${largest <= 1 ? 'at most one step' : `up to ${largest}`}`;
    };
    const lines = [...this.#rows].sort().map(([name, row]) => {
      const found = this.#profiles.map((profile) => row.get(profile) ?? nothing);
      const cells = found.map((cell) => verdict(cell).padEnd(34));
      return `${name.padEnd(36)}${String(found[0]?.elements).padStart(9)}  ${cells.join('')}`;
    });
    const head = `${this.#title.padEnd(36)} elements  ${this.#profiles.map((p) => p.padEnd(34)).join('')}`;
    console.log([head, ...lines].join('\n'));
  }
}
