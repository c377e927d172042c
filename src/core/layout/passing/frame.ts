import type { Op } from '../../model/types.ts';
import { completed, type Order } from '../order.ts';
import type { Arrangement, Passage, Passing, Site } from './passage.ts';

/** The parts of an op that depend on the order of its dimensions, written for one order. */
export interface Rewritten {
  readonly op: Op;
  readonly integers?: ReadonlyMap<number, readonly number[]>;
}

/**
 * An op seen as a loop over dimensions: each operand and result has some of them. Whatever the order of the loop, the
 * op computes the same, as long as `rewrite` can say it.
 */
export interface Frame {
  /** How many dimensions the loop has. */
  readonly rank: number;
  /** By operand, the loop's dimension that each of its own stands for; `undefined` for an operand that stays as it is. */
  readonly inputs: readonly (readonly number[] | undefined)[];
  readonly outputs: readonly (readonly number[])[];
  /** Operands with fewer dimensions are stretched over the first ones, as numpy does: they need a size of 1 there. */
  readonly broadcasts?: boolean;
  /** The op in this order of the loop; `undefined` where it cannot be said. */
  rewrite(order: Order): Rewritten | undefined;
}

/** The order of a tensor that has the dimensions `dims` of a loop in the order `loop`. */
function orderOf(dims: readonly number[], loop: Order): Order {
  return loop.filter((dim) => dims.includes(dim)).map((dim) => dims.indexOf(dim));
}

function arrangement(site: Site, frame: Frame, input: number, loop: Order): Arrangement | undefined {
  const dims = frame.inputs[input];
  if (dims === undefined) return undefined;
  const order = orderOf(dims, loop);
  if (frame.broadcasts !== true || dims.length === frame.rank) return { order };
  const shape = site.inputShape(input);
  return { order, shape: loop.map((dim) => (dims.includes(dim) ? (shape[dims.indexOf(dim)] as number) : 1)) };
}

/** The passing of an op that is a loop over dimensions. */
export function framed(site: Site, frame: Frame): Passing {
  const through = (dims: readonly number[] | undefined, order: Order): Passage | undefined => {
    if (dims === undefined) return undefined;
    const loop = completed(
      order.map((axis) => dims[axis] as number),
      frame.rank,
    );
    const rewritten = frame.rewrite(loop);
    return rewritten === undefined
      ? undefined
      : {
          ...rewritten,
          inputs: frame.inputs.map((_, input) => arrangement(site, frame, input, loop)),
          outputs: frame.outputs.map((own) => orderOf(own, loop)),
        };
  };
  return {
    fromInput: (input, order) => through(frame.inputs[input], order),
    fromOutput: (output, order) => through(frame.outputs[output], order),
  };
}
