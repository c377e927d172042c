import { elementCount } from '../../model/data.ts';
import { asMeant } from '../order.ts';
import { framed } from './frame.ts';
import type { Passing, Site } from './passage.ts';

/** An op that treats every element alike; operands with fewer dimensions are stretched as numpy does. */
export function elementwise(site: Site): Passing {
  const rank = site.outputShape().length;
  const inputs = site.op.inputs.map((_, input) => {
    const shape = site.inputShape(input);
    // A single element goes with every order.
    if (site.input(input) === undefined || (elementCount(shape) === 1 && rank !== shape.length))
      return undefined;
    return asMeant(shape.length).map((axis) => axis + rank - shape.length);
  });
  return framed(site, {
    rank,
    inputs,
    outputs: [asMeant(rank)],
    broadcasts: true,
    rewrite: () => ({ op: site.op }),
  });
}

/** SELECT's condition may also be a vector that picks whole rows, which binds the first dimension. */
export function select(site: Site): Passing | undefined {
  const shape = site.inputShape(0);
  const picksRows = shape.length !== site.outputShape().length && elementCount(shape) !== 1;
  return picksRows ? undefined : elementwise(site);
}

/** An op over the last dimension, which must stay the last: SOFTMAX and its kin, dense layers on rows, TOPK_V2. */
export function overLast(site: Site): Passing {
  const rank = site.inputShape(0).length;
  const dims = asMeant(rank);
  return framed(site, {
    rank,
    inputs: site.op.inputs.map((_, input) => (input === 0 ? dims : undefined)),
    outputs: site.op.outputs.map(() => dims),
    rewrite: (order) => (order.at(-1) === rank - 1 ? { op: site.op } : undefined),
  });
}
