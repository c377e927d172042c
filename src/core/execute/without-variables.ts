/** A model that begins every run afresh has no need of variables: what a READ_VARIABLE gives is known from the graph alone. */
import { bytesOf } from '../model/data.ts';
import { mainGraph, tensorAt, withMainGraph } from '../model/graph.ts';
import type { Model, Op, Tensor, TensorId } from '../model/types.ts';
import { variableUses } from '../model/variables.ts';
import { firstValues } from './int8/plan.ts';
import { withStates } from './variables.ts';

/** A copy of `source` under the id that a READ_VARIABLE gives. */
function copyOf(read: Op, source: TensorId, { shape: newShape }: Tensor): Op {
  return { kind: 'RESHAPE', inputs: [source], outputs: read.outputs, version: 1, options: { newShape } };
}

/**
 * The model as it computes when all variables begin with what CALL_ONCE assigns: every READ_VARIABLE copies that value, a
 * constant that stands behind the other tensors, or what was last assigned in the same run. Tensors and ops keep their
 * positions; the other ops of variables are left with neither inputs nor outputs.
 * @throws Problem as `withStates`, and those of the plan of a graph that CALL_ONCE names
 */
export function withoutVariables(model: Model): Model {
  const graph = mainGraph(model);
  const uses = variableUses(graph);
  const stateful = withStates(model);
  if (uses.length + stateful.once.length === 0) return model;
  const tensors = [...graph.tensors];
  const first = firstValues(stateful, 'litert-reference');
  const sources = new Map<string, TensorId>();
  for (const [variable, state] of stateful.states) {
    const value = first.get(state);
    if (value === undefined) continue;
    const { dtype, shape, data } = value;
    const constant = { name: tensorAt(graph, state).name, dtype, shape, data: bytesOf(data) };
    sources.set(variable, (tensors.push(constant) - 1) as TensorId);
  }
  const ops = graph.ops.map((op): Op => {
    const touches = ['VAR_HANDLE', 'ASSIGN_VARIABLE', 'CALL_ONCE'].includes(op.kind);
    return touches ? { ...op, inputs: [], outputs: [] } : op;
  });
  for (const { op, kind, variable, value } of uses) {
    const source = sources.get(variable);
    if (kind === 'ASSIGN_VARIABLE') sources.set(variable, value);
    else if (source !== undefined) ops[op] = copyOf(graph.ops[op] as Op, source, tensorAt(graph, value));
  }
  return withMainGraph(model, { ...graph, tensors, ops });
}
