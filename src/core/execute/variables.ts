/** Resource variables as a plan has them: states, tensors that keep their value from run to run. */
import { mainGraph, opName, tensorAt } from '../model/graph.ts';
import type { Graph, Model, Op, OpId, Tensor, TensorId } from '../model/types.ts';
import { type VariableUse, variableUses } from '../model/variables.ts';
import { Problem } from '../problem.ts';

/** A graph whose READ_VARIABLE and ASSIGN_VARIABLE ops have a state in place of a handle; its VAR_HANDLE ops give nothing. */
export interface StatefulGraph {
  readonly graph: Graph;
  /** For each variable, the state that holds it. */
  readonly states: ReadonlyMap<string, TensorId>;
  /** The graphs that give first values, each as a model of its own, in the order in which they are called. */
  readonly once: readonly Model[];
}

function invalid(graph: Graph, position: number, reason: string): Problem {
  const op = opName(graph.ops[position] as Op);
  return new Problem('model/invalid', `Op ${position} (${op}) ${reason}.`, { op, position });
}

/** Why a CALL_ONCE cannot call a graph, which takes and gives nothing (call_once.cc): what it does is done in variables. */
function obstacle(graph: Graph | undefined): string | undefined {
  if (graph === undefined) return 'which is not there';
  if (graph.inputs.length > 0 || graph.outputs.length > 0) return 'which has inputs or outputs';
  return graph.ops.some(({ kind }) => kind === 'CALL_ONCE') ? 'which calls another one' : undefined;
}

/** Graphs are run before the first op, which is the same as in their turn while no variable was used by then. */
function calledGraphs(model: Model, uses: readonly VariableUse[]): readonly Model[] {
  const main = mainGraph(model);
  return main.ops.flatMap((op, position) => {
    if (op.kind !== 'CALL_ONCE') return [];
    const { initGraph } = op.options;
    const called = model.graphs[initGraph];
    const reason = called === main ? 'which is itself' : obstacle(called);
    if (called === undefined || reason !== undefined)
      throw invalid(main, position, `calls graph ${initGraph} of ${model.graphs.length}, ${reason}`);
    if (uses.some((use) => use.op < position))
      throw invalid(main, position, 'stands behind an op that uses a variable');
    return [{ ...model, graphs: [called], signatures: [] }];
  });
}

/** Refuses a variable that is read before it has a value, as TensorFlow Lite does, but before anything runs. */
function refuseUnassigned(graph: Graph, uses: readonly VariableUse[], once: readonly Model[]): void {
  const assigned = new Set(
    once
      .flatMap((called) => variableUses(mainGraph(called)))
      .flatMap(({ kind, variable }) => (kind === 'ASSIGN_VARIABLE' ? [variable] : [])),
  );
  for (const { op, kind, variable, name } of uses) {
    if (kind === 'ASSIGN_VARIABLE') assigned.add(variable);
    else if (!assigned.has(variable))
      throw invalid(graph, op, `reads the variable “${name}” before it has a value`);
  }
}

/** The first use of each variable, whose type and shape all others share. */
function firstUses(graph: Graph, uses: readonly VariableUse[]): ReadonlyMap<string, VariableUse> {
  const firsts = new Map<string, VariableUse>();
  for (const use of uses) {
    const first = firsts.get(use.variable);
    if (first === undefined) firsts.set(use.variable, use);
    else refuseOther(graph, first, use);
  }
  return firsts;
}

function refuseOther(graph: Graph, first: VariableUse, { op, name, value }: VariableUse): void {
  const [known, other] = [tensorAt(graph, first.value), tensorAt(graph, value)];
  if (isSameForm(known, other)) return;
  const reason = `takes the variable “${name}” for ${formOf(other)}; op ${first.op} has it as ${formOf(known)}`;
  throw invalid(graph, op, reason);
}

type Form = Pick<Tensor, 'dtype' | 'shape'>;

function formOf({ dtype, shape }: Form): string {
  return `${dtype} [${shape}]`;
}

/** Whether two tensors or values have the same type and shape. */
export function isSameForm(a: Form, b: Form): boolean {
  return formOf(a) === formOf(b);
}

/**
 * The main graph of `model` with its variables as states. Tensors and ops keep their positions.
 *
 * Scales are not compared: kernels copy bytes, whatever they stand for (read_variable.cc, assign_variable.cc), and
 * TensorFlow writes files where they differ.
 * @throws Problem `model/invalid` for a handle that is none, a variable that is read before it has a value or that is used
 * in two types or shapes, and a CALL_ONCE of a graph that is not there or cannot be called
 */
export function withStates(model: Model): StatefulGraph {
  const graph = mainGraph(model);
  const uses = variableUses(graph);
  const once = calledGraphs(model, uses);
  refuseUnassigned(graph, uses, once);
  const firsts = firstUses(graph, uses);
  const states = new Map([...firsts].map(([variable, { handle }]) => [variable, handle]));
  const tensors = [...graph.tensors];
  for (const { handle, value } of firsts.values()) {
    const { dtype, shape, quant } = tensorAt(graph, value);
    const { name } = tensorAt(graph, handle);
    tensors[handle] = { name, dtype, shape, isVariable: true, ...(quant !== undefined && { quant }) };
  }
  const stateAt = new Map(uses.map(({ op, variable }) => [op, states.get(variable) as TensorId]));
  const ops = graph.ops.map((op, index): Op => {
    const state = stateAt.get(index as OpId);
    if (state !== undefined) return { ...op, inputs: [state, ...op.inputs.slice(1)] };
    return op.kind === 'VAR_HANDLE' ? { ...op, outputs: [] } : op;
  });
  return { graph: { ...graph, tensors, ops }, states, once };
}
