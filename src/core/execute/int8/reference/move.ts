/** Elements taken elsewhere as they are: one table of source positions for every op that only moves. */

import type { JoinParams } from '../kernel-params.ts';
import type { MovableArray, Step } from '../kernels.ts';

export function move<T extends MovableArray>(
  { source, fill }: { readonly source: Int32Array; readonly fill: number },
  input: T,
  target: T,
): Step {
  const filler = target instanceof BigInt64Array ? BigInt(fill) : fill;
  return () => {
    for (let i = 0; i < source.length; i++) {
      const from = source[i] as number;
      target[i] = from < 0 ? filler : (input[from] as number | bigint);
    }
  };
}

export function join<T extends MovableArray>(
  { sizes, count }: JoinParams,
  inputs: readonly T[],
  target: T,
): Step {
  return () => {
    let o = 0;
    for (let block = 0; block < count; block++) {
      for (let k = 0; k < inputs.length; k++) {
        const input = inputs[k] as T;
        const size = sizes[k] as number;
        for (let i = block * size; i < (block + 1) * size; i++) target[o++] = input[i] as number | bigint;
      }
    }
  };
}
