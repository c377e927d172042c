/** Memory for values that live at different times. Times are positions in the order of execution. */
export interface Lifetime {
  readonly bytes: number;
  readonly birth: number;
  /** The last time at which the value is read. */
  readonly death: number;
}
export interface Arena {
  /** Offset of each value, in the order given. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

const ALIGNMENT = 64;
/** Kernels read a little beyond a value; what they read there does not matter, but it must not be a cache line in use. */
const GAP = 64;

/** Largest first, each at the lowest offset where nothing that lives at the same time lies. */
export function layOutArena(values: readonly Lifetime[]): Arena {
  const order = [...values.keys()].sort((a, b) => (values[b]?.bytes ?? 0) - (values[a]?.bytes ?? 0));
  const offsets = new Array<number>(values.length).fill(0);
  const placed: { readonly from: number; readonly to: number; readonly value: Lifetime }[] = [];
  for (const k of order) {
    const value = values[k] as Lifetime;
    const neighbours = placed
      .filter(({ value: other }) => other.birth <= value.death && value.birth <= other.death)
      .sort((a, b) => a.from - b.from);
    let offset = 0;
    for (const { from, to } of neighbours) {
      if (from >= offset + value.bytes + GAP) break;
      offset = Math.max(offset, Math.ceil((to + GAP) / ALIGNMENT) * ALIGNMENT);
    }
    offsets[k] = offset;
    placed.push({ from: offset, to: offset + value.bytes, value });
  }
  return { offsets, bytes: Math.max(0, ...placed.map(({ to }) => to)) + GAP };
}
