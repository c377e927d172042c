import { inverse, permuted } from '../model/permute.ts';
import type { Shape } from '../model/types.ts';

/**
 * How a tensor is stored: dimension i of what is stored is dimension `order[i]` of what is meant, as in `TensorOrigin`.
 * `[0, 2, 3, 1]` is NHWC of an NCHW value, and the second operand of the TRANSPOSE that makes it.
 */
export type Order = readonly number[];

/** An NCHW value stored as NHWC. */
export const nhwc: Order = [0, 2, 3, 1];

/** The order of a tensor of `rank` dimensions that is stored as it is meant. */
export function asMeant(rank: number): Order {
  return Array.from({ length: rank }, (_, axis) => axis);
}

export function isAsMeant(order: Order): boolean {
  return order.every((axis, position) => axis === position);
}

/** Whether `list` names each dimension of a tensor of `rank` dimensions once. */
export function isOrder(list: readonly number[], rank: number): boolean {
  return list.length === rank && asMeant(rank).every((axis) => list.includes(axis));
}

/** The TRANSPOSE that makes what is stored in order `to` of what is stored in order `from`. */
export function between(from: Order, to: Order): Order {
  return permuted(inverse(from), to);
}

/**
 * The order's dimensions that have more than one element: two orders of a shape that agree in them keep the elements in
 * the same sequence.
 * @param shape - as the tensor is meant
 */
export function sequence(order: Order, shape: Shape): Order {
  return order.filter((axis) => shape[axis] !== 1);
}

export function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, position) => value === b[position]);
}

/**
 * A sequence of some of the dimensions 0 … rank − 1, with the missing ones put in: 0 in front, each other before the next
 * greater one, so that height stays before width and the batch stays outermost.
 */
export function completed(some: readonly number[], rank: number): Order {
  const list = [...some];
  for (let axis = rank - 1; axis >= 0; axis--) {
    if (list.includes(axis)) continue;
    const before = axis === 0 ? 0 : list.findIndex((other) => other === axis + 1);
    list.splice(before < 0 ? list.length : before, 0, axis);
  }
  return list;
}
