import type { Elements, Shape } from './types.ts';

/** `out[i] = list[perm[i]]`. */
export function permuted<T>(list: readonly T[], perm: readonly number[]): readonly T[] {
  return perm.map((from) => list[from] as T);
}

/** A C-order array of `shape` with its dimensions reordered, as numpy's transpose does. */
export function permuteData(data: Elements, shape: Shape, perm: readonly number[]): Elements {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const outShape = permuted(shape, perm);
  const steps = permuted(strides, perm);
  const out = data.slice();
  const position = outShape.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from] as never;
    // Counts `position` up like an odometer, the last dimension fastest, and moves `from` along.
    for (let axis = outShape.length - 1; axis >= 0; axis--) {
      const size = outShape[axis] as number;
      const step = steps[axis] as number;
      const next = (position[axis] as number) + 1;
      from += step;
      position[axis] = next;
      if (next < size) break;
      from -= step * size;
      position[axis] = 0;
    }
  }
  return out;
}
