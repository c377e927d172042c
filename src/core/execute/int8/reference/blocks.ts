/** Blocks of elements whose places are only known while running, and a choice between two values. */

import type { BlockParams } from '../kernel-params.ts';
import type { MovableArray, Operands, Step } from '../kernels.ts';

/** One element of arrays of one kind, which the union of all kinds does not say. */
function copyElement<T extends MovableArray | Float32Array>(
  target: T,
  at: number,
  value: number | bigint | undefined,
): void {
  target[at] = value as number & bigint;
}

export function take<T extends MovableArray>({ size, positions }: BlockParams, input: T, target: T): Step {
  return () => {
    let o = 0;
    for (const from of positions) for (let i = from; i < from + size; i++) copyElement(target, o++, input[i]);
  };
}

export function put<T extends MovableArray>({ size, positions }: BlockParams, input: T, target: T): Step {
  return () => {
    let i = 0;
    for (const to of positions) for (let o = to; o < to + size; o++) copyElement(target, o, input[i++]);
  };
}

export function scatterAdd<T extends MovableArray | Float32Array>(
  { size, positions }: BlockParams,
  input: T,
  target: T,
): Step {
  const zero = target instanceof BigInt64Array ? 0n : 0;
  return () => {
    target.fill(zero as never);
    let i = 0;
    for (const to of positions) {
      for (let o = to; o < to + size; o++)
        copyElement(target, o, ((target[o] as number) + (input[i++] as number)) as number);
    }
  };
}

export function select<T extends MovableArray>(
  condition: Uint8Array,
  [left, right]: Operands<T>,
  target: T,
): Step {
  return () => {
    for (let i = 0; i < target.length; i++) copyElement(target, i, condition[i] === 0 ? right[i] : left[i]);
  };
}
