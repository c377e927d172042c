/** Variables as inputs and outputs: what a READ_VARIABLE gives is known from the graph and from what they hold before a run. */
import { allocate, elementCount } from '../model/data.ts';
import { mainGraph, tensorAt, withMainGraph } from '../model/graph.ts';
import type { Model, Op, Tensor, TensorData, TensorId } from '../model/types.ts';
import { variableUses } from '../model/variables.ts';
import { firstValues } from './int8/plan.ts';
import { withStates } from './variables.ts';

export interface WithoutVariables {
  /** Each variable is an input, behind the model's own, that says what it holds before a run, and an output that says what after. */
  readonly model: Model;
  /** What each holds before the first run. */
  readonly first: readonly TensorData[];
}

/** A copy of `source` under the id that a READ_VARIABLE gives. */
function copyOf(read: Op, source: TensorId, { shape: newShape }: Tensor): Op {
  return { kind: 'RESHAPE', inputs: [source], outputs: read.outputs, version: 1, options: { newShape } };
}

function zeros({ dtype, shape }: Tensor): TensorData {
  return { dtype, shape, data: allocate(dtype, elementCount(shape)) };
}

/**
 * The model with all that its variables carry from run to run at its ends: every READ_VARIABLE copies what was last assigned
 * in the same run, or else the variable's input. Tensors and ops keep their positions, inputs stand behind the other tensors;
 * the other ops of variables are left with neither inputs nor outputs.
 * @throws Problem as `withStates`, and those of the plan of a graph that CALL_ONCE names
 */
export function withoutVariables(model: Model): WithoutVariables {
  const stateful = withStates(model);
  const graph = mainGraph(model);
  const tensors = [...graph.tensors];
  const assigned = firstValues(stateful, 'litert-reference');
  const inputs: TensorId[] = [];
  const sources = new Map<string, TensorId>();
  for (const [variable, state] of stateful.states) {
    const { name, dtype, shape } = tensorAt(stateful.graph, state);
    const input = (tensors.push({ name, dtype, shape }) - 1) as TensorId;
    inputs.push(input);
    sources.set(variable, input);
  }
  const ops = graph.ops.map((op): Op => {
    const touches = ['VAR_HANDLE', 'ASSIGN_VARIABLE', 'CALL_ONCE'].includes(op.kind);
    return touches ? { ...op, inputs: [], outputs: [] } : op;
  });
  for (const { op, kind, variable, value } of variableUses(graph)) {
    const source = sources.get(variable) as TensorId;
    if (kind === 'ASSIGN_VARIABLE') sources.set(variable, value);
    else ops[op] = copyOf(graph.ops[op] as Op, source, tensorAt(graph, value));
  }
  const ends = { inputs: [...graph.inputs, ...inputs], outputs: [...graph.outputs, ...sources.values()] };
  const first = [...stateful.states.values()].map(
    (state) => assigned.get(state) ?? zeros(tensorAt(stateful.graph, state)),
  );
  return { model: withMainGraph(model, { ...graph, ...ends, tensors, ops }), first };
}
