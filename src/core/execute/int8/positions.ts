import type { Shape } from '../../model/types.ts';

/** Marks an output element that no input element moves to. */
export const OUTSIDE = -1;

/** Elements between neighbours along each dimension, C order. */
export function strides(shape: Shape): readonly number[] {
  const result = new Array<number>(shape.length).fill(1);
  for (let d = shape.length - 2; d >= 0; d--)
    result[d] = (result[d + 1] as number) * (shape[d + 1] as number);
  return result;
}

/** `count` offsets, computed from their position. */
export function offsets(count: number, offset: (position: number) => number): readonly number[] {
  return Array.from({ length: count }, (_, position) => offset(position));
}

/**
 * The source position of every element of an output whose dimensions contribute independently: the sum of one offset
 * per dimension, OUTSIDE where one of them is. Slices, transpositions, padding, broadcasting, tiling, gathering and
 * block moves are all of this form.
 * @param tables - for each output dimension, outermost first, the offset of each position
 */
export function sumOfOffsets(tables: readonly (readonly number[])[]): Int32Array {
  let positions = Int32Array.of(0);
  for (const table of tables) {
    const next = new Int32Array(positions.length * table.length);
    let i = 0;
    for (const position of positions) {
      for (const offset of table) next[i++] = position < 0 || offset < 0 ? OUTSIDE : position + offset;
    }
    positions = next;
  }
  return positions;
}

/** Positions of `inner`'s input for a move by `inner` followed by one by `outer`. */
export function compose(outer: Int32Array, inner: Int32Array): Int32Array {
  return outer.map((position) => (position < 0 ? OUTSIDE : (inner[position] as number)));
}

/** Numpy's broadcast of two shapes; `undefined` where they do not fit. */
export function broadcastShape(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const result: number[] = [];
  for (let d = 0; d < rank; d++) {
    const x = a[a.length - rank + d] ?? 1;
    const y = b[b.length - rank + d] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    result.push(x === 1 ? y : x);
  }
  return result;
}

/** Source positions that stretch a tensor of shape `from` to `to`, which must be a broadcast of it. */
export function broadcastPositions(from: Shape, to: Shape): Int32Array {
  const step = strides(from);
  return sumOfOffsets(
    to.map((count, d) => {
      const own = d - (to.length - from.length);
      const stride = own < 0 || from[own] === 1 ? 0 : (step[own] as number);
      return offsets(count, (i) => i * stride);
    }),
  );
}
