/**
 * Resource variables: values that live from execution to execution and that all graphs of a model share by name. VAR_HANDLE
 * gives a tensor of type `resource`, through which READ_VARIABLE and ASSIGN_VARIABLE get at the value; CALL_ONCE runs the
 * graph that gives first values.
 */
import { Problem } from '../problem.ts';
import { isPresent, mainGraph } from './graph.ts';
import type { Graph, Model, Op, OpId, TensorId } from './types.ts';

/** One reading or writing of a variable. */
export interface VariableUse {
  readonly op: OpId;
  readonly kind: 'READ_VARIABLE' | 'ASSIGN_VARIABLE';
  /** What the variable is known by, in every graph of the model: one text for container and name. */
  readonly variable: string;
  /** Its name, for messages. */
  readonly name: string;
  readonly handle: TensorId;
  /** What is read, or what is assigned. */
  readonly value: TensorId;
}

/** For each resource tensor of a graph that a VAR_HANDLE gives, what its variable is known by (the pair: var_handle.cc). */
function handlesOf(graph: Graph): ReadonlyMap<TensorId, Pick<VariableUse, 'variable' | 'name'>> {
  return new Map(
    graph.ops.flatMap((op) => {
      const [handle] = op.outputs;
      if (op.kind !== 'VAR_HANDLE' || !isPresent(handle)) return [];
      const { container = '', sharedName: name } = op.options;
      return [[handle, { variable: JSON.stringify([container, name]), name }] as const];
    }),
  );
}

/**
 * Every reading and writing of a variable, in execution order.
 * @throws Problem `model/invalid` for one that lacks its value, or whose first input no VAR_HANDLE of the graph has made
 */
export function variableUses(graph: Graph): readonly VariableUse[] {
  const handles = handlesOf(graph);
  return graph.ops.flatMap((op, index) => {
    if (op.kind !== 'READ_VARIABLE' && op.kind !== 'ASSIGN_VARIABLE') return [];
    const [handle] = op.inputs;
    const value = op.kind === 'READ_VARIABLE' ? op.outputs[0] : op.inputs[1];
    const known = isPresent(handle) ? handles.get(handle) : undefined;
    if (!isPresent(handle) || known === undefined || !isPresent(value)) {
      const text = `Op ${index} (${op.kind}) lacks ${isPresent(value) ? 'the handle of a variable' : 'a value'}.`;
      throw new Problem('model/invalid', text, { op: op.kind, position: index });
    }
    return [{ op: index as OpId, kind: op.kind, handle, value, ...known }];
  });
}

/** Whether a graph has an op of variables. */
export function usesVariables(graph: Graph): boolean {
  const kinds: readonly Op['kind'][] = ['VAR_HANDLE', 'READ_VARIABLE', 'ASSIGN_VARIABLE', 'CALL_ONCE'];
  return graph.ops.some(({ kind }) => kinds.includes(kind));
}

/** The graphs of `model` that its first one calls once, by their positions; a position may lie outside of the model. */
export function onceGraphs(model: Model): ReadonlySet<number> {
  return new Set(
    mainGraph(model).ops.flatMap((op) => (op.kind === 'CALL_ONCE' ? [op.options.initGraph] : [])),
  );
}
