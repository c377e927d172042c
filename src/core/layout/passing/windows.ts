import { permuted } from '../../model/permute.ts';
import type { OpOf } from '../../model/types.ts';
import { asMeant, type Order } from '../order.ts';
import { framed } from './frame.ts';
import type { Passing, Site } from './passage.ts';

/** An op with as many numbers for each dimension in its constant operands: paddings, begins, sizes, repetitions. */
export function perDimension(lists: readonly number[]): (site: Site) => Passing | undefined {
  return (site) => {
    const rank = site.outputShape().length;
    const contents = lists.map((list) => site.integers(list));
    if (site.inputShape(0).length !== rank || !contents.every((content) => content !== undefined))
      return undefined;
    return framed(site, {
      rank,
      inputs: site.op.inputs.map((_, input) => (input === 0 ? asMeant(rank) : undefined)),
      outputs: [asMeant(rank)],
      rewrite: (order) => ({
        op: site.op,
        integers: new Map(contents.map((content, i) => [lists[i] as number, byDimension(content, order)])),
      }),
    });
  };
}

/** A list with one row of numbers per dimension, its rows in `order`. */
function byDimension(content: readonly number[], order: Order): readonly number[] {
  const width = content.length / order.length;
  return order.flatMap((axis) => content.slice(axis * width, (axis + 1) * width));
}

/** A mask with one bit per dimension, its bits in `order`. */
function maskIn(mask: number, order: Order): number {
  return order.reduce((bits, axis, position) => bits | (((mask >> axis) & 1) << position), 0);
}

/** STRIDED_SLICE that names every dimension; those of its shrink mask are lacking in the result. */
export function stridedSlice(site: Site<OpOf<'STRIDED_SLICE'>>): Passing | undefined {
  const { op } = site;
  const { options } = op;
  const dims = asMeant(site.inputShape(0).length);
  const lists = [1, 2, 3].map((list) => site.integers(list));
  if (options.ellipsisMask !== 0 || options.newAxisMask !== 0) return undefined;
  if (lists.some((list) => list?.length !== dims.length)) return undefined;
  return framed(site, {
    rank: dims.length,
    inputs: [dims, undefined, undefined, undefined],
    outputs: [dims.filter((dim) => ((options.shrinkAxisMask >> dim) & 1) === 0)],
    rewrite: (order) => ({
      op: {
        ...op,
        options: {
          ...options,
          beginMask: maskIn(options.beginMask, order),
          endMask: maskIn(options.endMask, order),
          shrinkAxisMask: maskIn(options.shrinkAxisMask, order),
        },
      },
      integers: new Map(lists.map((list, i) => [i + 1, permuted(list ?? [], order)])),
    }),
  });
}

/** BROADCAST_TO: an operand with fewer dimensions is stretched as numpy does. */
export function broadcastTo(site: Site): Passing {
  const shape = site.outputShape();
  const own = site.inputShape(0).length;
  return framed(site, {
    rank: shape.length,
    inputs: [asMeant(own).map((axis) => axis + shape.length - own), undefined],
    outputs: [asMeant(shape.length)],
    broadcasts: true,
    rewrite: (order) => ({ op: site.op, integers: new Map([[1, permuted(shape, order)]]) }),
  });
}
