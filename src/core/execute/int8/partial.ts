/** A run that begins in the middle of a graph. */
import { isPresent, tensorAt } from '../../model/graph.ts';
import type { Graph, TensorData, TensorId } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import { checkInputs } from '../inputs.ts';
import type { Int8Plan } from './plan.ts';

type Planned = Pick<Int8Plan, 'graph' | 'settled'>;

/** Whether runs change a tensor: it is no constant, not computed from constants alone, and no state. */
export function varies({ graph, settled }: Planned, id: TensorId): boolean {
  const { data, isVariable } = tensorAt(graph, id);
  return data === undefined && isVariable !== true && !settled.has(id);
}

/** @throws Problem `model/inputs` unless each value is of a graph input or of what an op makes, with its dtype and shape */
function checkGiven(plan: Planned, given: ReadonlyMap<TensorId, TensorData>): void {
  const { graph } = plan;
  const known = new Set([...graph.inputs, ...graph.ops.flatMap(({ outputs }) => outputs)]);
  for (const id of given.keys()) {
    if (known.has(id) && varies(plan, id)) continue;
    const text = `A run cannot begin with tensor ${id}: it is neither an input nor what an op makes of inputs.`;
    throw new Problem('model/inputs', text, { tensor: id });
  }
  checkInputs(graph, [...given.values()], [...given.keys()]);
}

function named(graph: Graph, id: TensorId): string {
  return `${id} (${tensorAt(graph, id).name})`;
}

/**
 * The ops between the given tensors and the graph's outputs, by position. Ops without outputs run for what they leave
 * behind, so they are always among them.
 * @throws Problem `model/inputs` when a given value does not fit, or when the outputs need an input that is not given
 */
export function opsFrom(plan: Planned, given: ReadonlyMap<TensorId, TensorData>): ReadonlySet<number> {
  checkGiven(plan, given);
  const { graph } = plan;
  const unknown = (id: TensorId): boolean => isPresent(id) && !given.has(id) && varies(plan, id);
  const needed = new Set(graph.outputs.filter(unknown));
  const ops = new Set<number>();
  for (const [index, { inputs, outputs }] of [...graph.ops.entries()].reverse()) {
    if (outputs.some(isPresent) && !outputs.some((id) => needed.has(id))) continue;
    ops.add(index);
    for (const id of outputs) needed.delete(id);
    for (const id of inputs.filter(unknown)) needed.add(id);
  }
  if (needed.size === 0) return ops;
  const missing = [...needed].map((id) => named(graph, id)).join(', ');
  throw new Problem('model/inputs', `The run also needs a value of tensor ${missing}.`, {
    tensors: [...needed],
  });
}
