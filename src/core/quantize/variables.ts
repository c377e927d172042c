/**
 * Resource variables: all that is read from one and assigned to it has one scale, and so has what it begins with. Source:
 * TensorFlow Lite, tools/optimize/quantize_model.cc, QuantizeResources; its newer quantizer leaves them in float.
 */
import { constantOf } from '../model/data.ts';
import { isPresent, mainGraph, tensorAt } from '../model/graph.ts';
import type { Graph, Model, Op, OpId, TensorId } from '../model/types.ts';
import { onceGraphs, variableUses } from '../model/variables.ts';
import type { Bounds } from './assign.ts';
import { GraphBuilder } from './builder.ts';
import { extremesWithZero, quantizeOperand } from './constants.ts';
import type { Params } from './params.ts';
import type { Rule } from './rules.ts';
import type { ActivationType } from './scheme.ts';

/** For each op of a variable that could be integer, an op of the same variable that cannot: kernels copy bytes. */
export function variablesInFloat(
  graph: Graph,
  rules: ReadonlyMap<OpId, Rule>,
): ReadonlyMap<OpId, { readonly because: OpId; readonly name: string }> {
  const uses = variableUses(graph);
  const float = new Map(uses.flatMap(({ op, variable }) => (rules.has(op) ? [] : [[variable, op]])));
  return new Map(
    uses.flatMap(({ op, variable, name }) => {
      const because = float.get(variable);
      return rules.has(op) && because !== undefined ? [[op, { because, name }]] : [];
    }),
  );
}

/** The variables that become integers. */
export interface IntegerVariables {
  /** The variable that gave an activation its value, or is given it; the first, where there are several. */
  readonly byTensor: ReadonlyMap<TensorId, string>;
  /** The variable that an ASSIGN_VARIABLE writes. */
  readonly byAssignment: ReadonlyMap<OpId, string>;
  /** Range of all that is read and assigned, first values too, and 0. Absent where none of it has a range. */
  readonly bounds: ReadonlyMap<string, Bounds>;
}

/** The smallest range that holds both, and 0. */
function union(a: Bounds | undefined, b: Bounds): Bounds {
  return { min: Math.min(a?.min ?? 0, b.min, 0), max: Math.max(a?.max ?? 0, b.max, 0) };
}

/** Ranges of the constants that a graph assigns to variables. */
function assignedConstants(graph: Graph): ReadonlyMap<string, Bounds> {
  const bounds = new Map<string, Bounds>();
  for (const { kind, variable, value } of variableUses(graph)) {
    const constant = kind === 'ASSIGN_VARIABLE' ? constantOf(tensorAt(graph, value)) : undefined;
    if (constant?.data instanceof Float32Array)
      bounds.set(variable, union(bounds.get(variable), extremesWithZero(constant.data)));
  }
  return bounds;
}

/**
 * @param model - whose first graph is quantized
 * @param rules - of the ops that become integers: all ops of a variable, or none
 */
export function integerVariables(
  model: Model,
  rules: ReadonlyMap<OpId, Rule>,
  ranges: ReadonlyMap<TensorId, Bounds>,
): IntegerVariables {
  const graph = mainGraph(model);
  const byTensor = new Map<TensorId, string>();
  const byAssignment = new Map<OpId, string>();
  const bounds = new Map<string, Bounds>();
  const include = (variable: string, range: Bounds | undefined) =>
    range && bounds.set(variable, union(bounds.get(variable), range));
  for (const { op, kind, variable, value } of variableUses(graph)) {
    if (!rules.has(op)) continue;
    if (kind === 'ASSIGN_VARIABLE') byAssignment.set(op, variable);
    if (tensorAt(graph, value).data === undefined && !byTensor.has(value)) byTensor.set(value, variable);
    include(variable, ranges.get(value));
  }
  const called = [...onceGraphs(model)].flatMap((index) => model.graphs[index] ?? []);
  const constants = [graph, ...called].flatMap((each) => [...assignedConstants(each)]);
  for (const [variable, range] of constants) include(variable, range);
  return { byTensor, byAssignment, bounds };
}

/**
 * A graph that CALL_ONCE names, for variables that are integers now: constants that are assigned become integers, what is
 * computed passes a QUANTIZE, and everything else stays in float.
 * @param variables - parameters of the variables that are integers
 */
export function withIntegerVariables(
  graph: Graph,
  variables: ReadonlyMap<string, Params>,
  type: ActivationType,
): Graph {
  const builder = new GraphBuilder(graph, type);
  const uses = new Map(variableUses(graph).map((use) => [use.op, use]));
  const inFloat = (id: TensorId): TensorId => {
    if (!isPresent(id)) return id;
    return builder.tensorBefore(id).data === undefined ? builder.asFloat(id) : builder.keepConstant(id);
  };
  const asInteger = (id: TensorId, params: Params): TensorId => {
    const tensor = builder.tensorBefore(id);
    if (tensor.data === undefined) return builder.asInteger(id, params);
    return builder.placeConstant(id, quantizeOperand(tensor, type, params));
  };
  graph.ops.forEach((op: Op, index) => {
    const use = uses.get(index as OpId);
    const params = use && variables.get(use.variable);
    if (use === undefined || params === undefined) {
      builder.emit({ ...op, inputs: op.inputs.map(inFloat) });
    } else if (use.kind === 'ASSIGN_VARIABLE') {
      builder.emit({ ...op, inputs: [use.handle, asInteger(use.value, params)] });
    } else {
      builder.quantizeActivation(use.value, params);
      builder.emit(op);
    }
  });
  return builder.build(graph.inputs, graph.outputs);
}
