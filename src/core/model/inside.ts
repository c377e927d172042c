import { isPresent } from './graph.ts';
import type { Graph, Op, TensorId } from './types.ts';

/**
 * What an op holds beside its outputs and what, to compute with integers, needs ranges as they do: states that live from run
 * to run, and intermediates, values between the steps inside of an LSTM.
 */
export function insideOf(graph: Graph, op: Op): readonly TensorId[] {
  const states = op.inputs.filter((id) => isPresent(id) && graph.tensors[id]?.isVariable === true);
  return [...states, ...(op.intermediates ?? []).filter(isPresent)];
}
