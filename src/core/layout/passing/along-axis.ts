import type { OpOf } from '../../model/types.ts';
import { asMeant, type Order } from '../order.ts';
import { framed } from './frame.ts';
import { type Passing, positive, type Site } from './passage.ts';

/** All of `dims` but one. */
const without = (dims: readonly number[], axis: number) => dims.filter((dim) => dim !== axis);

/** CONCATENATION: every operand has all dimensions. */
export function concatenation(site: Site<OpOf<'CONCATENATION'>>): Passing {
  const { op } = site;
  const rank = site.outputShape().length;
  const axis = positive(op.options.axis, rank);
  return framed(site, {
    rank,
    inputs: op.inputs.map(() => asMeant(rank)),
    outputs: [asMeant(rank)],
    rewrite: (order) => ({ op: { ...op, options: { ...op.options, axis: order.indexOf(axis) } } }),
  });
}

/** PACK makes a dimension that its operands lack. */
export function pack(site: Site<OpOf<'PACK'>>): Passing {
  const { op } = site;
  const rank = site.outputShape().length;
  const axis = positive(op.options.axis, rank);
  return framed(site, {
    rank,
    inputs: op.inputs.map(() => without(asMeant(rank), axis)),
    outputs: [asMeant(rank)],
    rewrite: (order) => ({ op: { ...op, options: { ...op.options, axis: order.indexOf(axis) } } }),
  });
}

/** UNPACK takes a dimension apart that its results lack. */
export function unpack(site: Site<OpOf<'UNPACK'>>): Passing {
  const { op } = site;
  const rank = site.inputShape(0).length;
  const axis = positive(op.options.axis, rank);
  return framed(site, {
    rank,
    inputs: [asMeant(rank)],
    outputs: op.outputs.map(() => without(asMeant(rank), axis)),
    rewrite: (order) => ({ op: { ...op, options: { ...op.options, axis: order.indexOf(axis) } } }),
  });
}

/**
 * An op whose operand `data` keeps its dimensions while operand `list` names one or some of them: SPLIT, SPLIT_V,
 * REVERSE_V2, CUMSUM.
 */
export function withAxes(data: number, list: number): (site: Site) => Passing | undefined {
  return (site) => {
    const rank = site.inputShape(data).length;
    const axes = site.axes(list, rank);
    if (axes === undefined) return undefined;
    return framed(site, {
      rank,
      inputs: site.op.inputs.map((_, input) => (input === data ? asMeant(rank) : undefined)),
      outputs: site.op.outputs.map(() => asMeant(rank)),
      rewrite: (order) => ({ op: site.op, integers: new Map([[list, renumbered(axes, order)]]) }),
    });
  };
}

function renumbered(axes: readonly number[], order: Order): readonly number[] {
  return axes.map((axis) => order.indexOf(axis)).toSorted((a, b) => a - b);
}

/** A reduction over the axes in its second operand, which its result keeps with a size of 1 or lacks. */
export function reduction(site: Site, keepDims: boolean): Passing | undefined {
  const rank = site.inputShape(0).length;
  const axes = site.axes(1, rank);
  if (axes === undefined) return undefined;
  const dims = asMeant(rank);
  return framed(site, {
    rank,
    inputs: [dims, undefined],
    outputs: [keepDims ? dims : dims.filter((dim) => !axes.includes(dim))],
    rewrite: (order) => ({ op: site.op, integers: new Map([[1, renumbered(axes, order)]]) }),
  });
}

/** GATHER of a list of indices: their dimensions take the place of the one they choose from. */
export function gather(site: Site<OpOf<'GATHER'>>): Passing | undefined {
  const { op } = site;
  const [rank, extra] = [site.inputShape(0).length, site.inputShape(1).length];
  const axis = positive(op.options.axis, rank);
  // Several dimensions of indices would have to stay side by side; models that do that were not seen.
  if (op.options.batchDims !== 0 || extra > 1) return undefined;
  const dims = asMeant(rank);
  return framed(site, {
    rank,
    inputs: [dims, undefined],
    outputs: [extra === 0 ? without(dims, axis) : dims],
    rewrite: (order) => ({ op: { ...op, options: { ...op.options, axis: order.indexOf(axis) } } }),
  });
}
