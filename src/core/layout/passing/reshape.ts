import type { OpOf, Shape } from '../../model/types.ts';
import { asMeant, completed, type Order, sequence } from '../order.ts';
import type { Passage, Passing, Site } from './passage.ts';

/** Dimensions of two shapes that hold the same elements: these of one are those of the other, split or joined. */
interface Group {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** The smallest groups, in order; dimensions of size 1 belong to none. */
function groupsOf(from: Shape, to: Shape): readonly Group[] {
  const [a, b] = [sequence(asMeant(from.length), from), sequence(asMeant(to.length), to)];
  const groups: Group[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [start, other] = [i, j];
    let left = from[a[i++] as number] as number;
    let right = to[b[j++] as number] as number;
    while (left !== right) {
      if (left < right) left *= from[a[i++] as number] ?? Number.NaN;
      else right *= to[b[j++] as number] ?? Number.NaN;
      if (Number.isNaN(left) || Number.isNaN(right)) return [];
    }
    groups.push({ from: a.slice(start, i), to: b.slice(other, j) });
  }
  return groups;
}

/**
 * The order in which a tensor of shape `to` has the elements of one of shape `from` that is stored in `order`; `undefined`
 * where dimensions that are joined do not stand side by side.
 */
export function orderAcross(from: Shape, to: Shape, order: Order): Order | undefined {
  if (from.includes(0)) return undefined;
  const rest = [...sequence(order, from)];
  const groups = groupsOf(from, to);
  const out: number[] = [];
  while (rest.length > 0) {
    const group = groups.find((candidate) => candidate.from[0] === rest[0]);
    if (group === undefined || !group.from.every((axis, i) => rest[i] === axis)) return undefined;
    rest.splice(0, group.from.length);
    out.push(...group.to);
  }
  return completed(out, to.length);
}

type Reshape = OpOf<'RESHAPE' | 'SQUEEZE' | 'EXPAND_DIMS'>;

/** RESHAPE and its kin. What is stored keeps its sequence of elements; each whole group of dimensions may stand anywhere. */
export function reshape(site: Site<Reshape>): Passing {
  const [from, to] = [site.inputShape(0), site.outputShape()];
  const passage = (input: Order, output: Order): Passage => ({
    inputs: site.op.inputs.map((_, index) => (index === 0 ? { order: input } : undefined)),
    outputs: [output],
    op: site.op,
  });
  return {
    fromInput: (_, order) => {
      const output = orderAcross(from, to, order);
      return output === undefined ? undefined : passage(order, output);
    },
    fromOutput: (_, order) => {
      const input = orderAcross(to, from, order);
      return input === undefined ? undefined : passage(input, order);
    },
  };
}
