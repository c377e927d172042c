import { isPresent, producers, tensorAt } from '../../src/core/model/graph.ts';
import type { Graph, Op, TensorId } from '../../src/core/model/types.ts';

/** Tensors and ops of two graphs that stand for the same thing, found through the op graph because names repeat. */
export interface Match {
  readonly tensors: readonly (readonly [ours: TensorId, theirs: TensorId])[];
  readonly ops: readonly (readonly [ours: Op, theirs: Op])[];
  readonly unmatchedOurs: readonly Op[];
  readonly unmatchedTheirs: readonly Op[];
}

/** Follows an int8→int8 QUANTIZE that ours has and theirs lacks back to its source. */
function sourceOf(graph: Graph, id: TensorId): TensorId {
  const made = producers(graph).get(id);
  const op = made === undefined ? undefined : graph.ops[made];
  const [input] = op?.inputs ?? [];
  if (op?.kind !== 'QUANTIZE' || input === undefined || tensorAt(graph, input).dtype !== 'int8') return id;
  return input;
}

/**
 * Matches inputs by position, then each of their ops, in execution order, with the first of ours of the same kind that
 * reads the matching activations.
 */
export function matchGraphs(ours: Graph, theirs: Graph): Match {
  const toOurs = new Map<TensorId, TensorId>();
  const pairs: [TensorId, TensorId][] = [];
  const pair = (a: TensorId | undefined, b: TensorId | undefined) => {
    if (!isPresent(a) || !isPresent(b) || toOurs.has(b)) return;
    toOurs.set(b, a);
    pairs.push([a, b]);
  };
  for (const [position, id] of theirs.inputs.entries()) pair(ours.inputs[position], id);

  const open = new Set(ours.ops);
  const ops: [Op, Op][] = [];
  const unmatchedTheirs: Op[] = [];
  const reads = (a: Op, b: Op) =>
    b.inputs.every((id, position) => {
      if (!isPresent(id) || tensorAt(theirs, id).data !== undefined) return true;
      const mine = a.inputs[position];
      return isPresent(mine) && (toOurs.get(id) === mine || toOurs.get(id) === sourceOf(ours, mine));
    });
  for (const their of theirs.ops) {
    const our = [...open].find(
      (op) => op.kind === their.kind && op.inputs.length === their.inputs.length && reads(op, their),
    );
    if (our === undefined) {
      unmatchedTheirs.push(their);
      continue;
    }
    open.delete(our);
    ops.push([our, their]);
    for (const [position, id] of their.inputs.entries()) pair(our.inputs[position], id);
    for (const [position, id] of their.outputs.entries()) pair(our.outputs[position], id);
  }
  return { tensors: pairs, ops, unmatchedOurs: [...open], unmatchedTheirs };
}
