import { constantOf } from '../model/data.ts';
import { mainGraph, opName, tensorAt } from '../model/graph.ts';
import type { Graph, Model, Op, OpId, TensorId } from '../model/types.ts';
import { Problem } from '../problem.ts';
import { extremesWithZero } from './constants.ts';
import { activationParams, constantParams, type Params, symmetricParams } from './params.ts';
import { dataInputs, type Rule } from './rules.ts';
import type { ActivationType } from './scheme.ts';
import { type IntegerVariables, integerVariables } from './variables.ts';

/** Calibrated range of a tensor, real values. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** An operand that keeps its own parameters before an op that demands others: one int8→int8 QUANTIZE stands between. */
export interface Requantized {
  readonly op: OpId;
  readonly tensor: TensorId;
}

export interface Assignment {
  /** Parameters of each activation that is int8 somewhere. */
  readonly params: ReadonlyMap<TensorId, Params>;
  readonly requantized: readonly Requantized[];
  /** Parameters of each resource variable that is integer. */
  readonly variables: ReadonlyMap<string, Params>;
  /** The parameters that op `id` demands of all its data inputs; `undefined` when it takes them as they are. */
  demandOf(id: OpId): Params | undefined;
}

/**
 * What a join does to an operand whose parameters are not the result's. requantize: pushes them back where that clips
 * nothing. tensorflow: always. requantize-always: never, as TensorFlow's older quantizer.
 */
export type Joins = 'requantize' | 'tensorflow' | 'requantize-always';

export interface AssignOptions {
  readonly type: ActivationType;
  readonly joins: Joins;
}

/** Tensors that must share parameters, led by the one whose range counts. */
interface Group {
  readonly bounds: Bounds | undefined;
  params: Params;
  /** Set once a join has chosen the parameters, so that a second join does not change them again. */
  dictated: boolean;
}

/** Extremes of a float constant, with 0; `undefined` for activations. */
function constantBounds(graph: Graph, id: TensorId): Bounds | undefined {
  const value = constantOf(tensorAt(graph, id));
  return value === undefined ? undefined : extremesWithZero(value.data as Float32Array);
}

/** How many tensors a message names. */
const named = 12;

/** What to say about activations without a range, all at once. */
export function missingRanges(graph: Graph, ids: readonly TensorId[]): Problem {
  const tensors = ids.map((tensor) => ({ tensor, name: tensorAt(graph, tensor).name }));
  const list = tensors.slice(0, named).map(({ tensor, name }) => `tensor ${tensor} “${name}”`);
  const more = ids.length > named ? ` and ${ids.length - named} more` : '';
  const text = `No range is known for ${list.join(', ')}${more}: give pictures, or other samples, to measure on, or set ranges or a default range in the recipe.`;
  return new Problem('range/missing', text, { tensors });
}

/** The activations of the ops in `rules`, which are those of the model's first graph, that `ranges` should have and has not. */
export function activationsWithoutRange(
  model: Model,
  rules: ReadonlyMap<OpId, Rule>,
  ranges: ReadonlyMap<TensorId, Bounds>,
): readonly TensorId[] {
  // Which ones have no range is the same for every type.
  const options: AssignOptions = { type: 'int8', joins: 'requantize' };
  const graph = mainGraph(model);
  const variables = integerVariables(model, rules, ranges);
  const groups = new GroupTable(graph, { ranges, variables, options });
  for (const [id, rule] of rules) groups.addOp(graph.ops[id] as Op, rule);
  return [...groups.missing];
}

/**
 * Chooses the parameters of every activation of the ops in `rules`, which are those of the model's first graph.
 *
 * Groups: an op of output `same` puts its outputs into its input's group, and the range of the group's first tensor
 * counts, as in TensorFlow. At a join (CONCATENATION, MAXIMUM, …) the result's parameters are pushed back into an
 * operand's group when they cover its own range. TensorFlow pushes them always, and so clips the operand everywhere it
 * is used; unless the recipe wants that, we keep the operand's range where it would be clipped. An operand whose
 * parameters are fixed, or were chosen by another join, is requantized at the join in any case.
 *
 * A resource variable is a group of all that is read from it and of what is assigned to it, unless that is in another group:
 * then it is requantized before it is assigned, where TensorFlow's older quantizer lets it stand for other numbers.
 */
export function assignParams(
  model: Model,
  rules: ReadonlyMap<OpId, Rule>,
  { ranges, ...options }: AssignOptions & { readonly ranges: ReadonlyMap<TensorId, Bounds> },
): Assignment {
  const graph = mainGraph(model);
  const variables = integerVariables(model, rules, ranges);
  const groups = new GroupTable(graph, { ranges, variables, options });
  for (const [id, rule] of rules) groups.addOp(graph.ops[id] as Op, rule);
  if (groups.missing.size > 0) throw missingRanges(graph, [...groups.missing]);
  // Inputs and outputs of float ops too: they are int8 when the recipe asks for integer inputs and outputs.
  for (const id of [...graph.inputs, ...graph.outputs]) if (ranges.has(id)) groups.of(id);
  const requantized: Requantized[] = [];
  for (const [id, rule] of [...rules].reverse()) {
    if (rule.output !== 'join') continue;
    requantized.push(...groups.join(graph.ops[id] as Op, rule).map((tensor) => ({ op: id, tensor })));
  }
  return {
    params: groups.params(),
    requantized: requantized.reverse(),
    variables: groups.variables(),
    demandOf: (id) => {
      const variable = variables.byAssignment.get(id);
      if (variable !== undefined) return groups.ofVariable(variable).params;
      if (rules.get(id)?.output !== 'join') return undefined;
      return groups.of((graph.ops[id] as Op).outputs[0] as TensorId).params;
    },
  };
}

interface Given {
  readonly ranges: ReadonlyMap<TensorId, Bounds>;
  readonly variables: IntegerVariables;
  readonly options: AssignOptions;
}

const noBounds: Bounds = { min: 0, max: 0 };

class GroupTable {
  /** Activations without a range. */
  readonly missing = new Set<TensorId>();
  readonly #graph: Graph;
  readonly #ranges: ReadonlyMap<TensorId, Bounds>;
  readonly #variables: IntegerVariables;
  readonly #options: AssignOptions;
  readonly #groups = new Map<TensorId, Group>();
  readonly #variableGroups = new Map<string, Group>();

  constructor(graph: Graph, { ranges, variables, options }: Given) {
    this.#graph = graph;
    this.#ranges = ranges;
    this.#variables = variables;
    this.#options = options;
  }

  of(id: TensorId): Group {
    const known = this.#groups.get(id);
    if (known !== undefined) return known;
    const variable = this.#variables.byTensor.get(id);
    if (variable !== undefined) return this.#add(id, this.ofVariable(variable));
    const bounds = this.#ranges.get(id);
    const constant = bounds === undefined ? constantBounds(this.#graph, id) : undefined;
    if (constant !== undefined) {
      return this.#add(id, {
        bounds: constant,
        params: constantParams(constant.min, constant.max, this.#options.type),
        dictated: true,
      });
    }
    if (bounds === undefined) this.missing.add(id);
    return this.#add(id, this.#measured(bounds ?? noBounds));
  }

  /** Everything that a variable holds. */
  ofVariable(variable: string): Group {
    const known = this.#variableGroups.get(variable);
    if (known !== undefined) return known;
    const bounds = this.#variables.bounds.get(variable);
    if (bounds === undefined) {
      // Constants have ranges of their own, so something else is read or assigned.
      const [id] = [...this.#variables.byTensor].find(([, other]) => other === variable) ?? [];
      this.missing.add(id as TensorId);
    }
    const group = this.#measured(bounds ?? noBounds);
    this.#variableGroups.set(variable, group);
    return group;
  }

  addOp(op: Op, rule: Rule): void {
    const inputs = dataInputs(op, rule).map((position) => this.of(op.inputs[position] as TensorId));
    const { output } = rule;
    if (output === 'none') return;
    for (const id of op.outputs) {
      if (tensorAt(this.#graph, id).dtype !== 'float32') continue;
      if (output === 'same') this.#add(id, inputs[0] ?? this.#missingInput(op));
      else if (rule.zeroPointZero === true) this.#centre(this.of(id));
      else if (output === 'own' || output === 'join') this.of(id);
      else this.#add(id, { bounds: undefined, params: output, dictated: true });
    }
  }

  /** Pushes the result's parameters back where that is harmless; returns the operands that need requantizing. */
  join(op: Op, rule: Rule): readonly TensorId[] {
    const result = this.of(op.outputs[0] as TensorId);
    const operands = dataInputs(op, rule).map((position) => op.inputs[position] as TensorId);
    const activations = [...new Set(operands)].filter((id) => tensorAt(this.#graph, id).data === undefined);
    return activations.filter((id) => !this.#push(result, this.of(id)));
  }

  params(): ReadonlyMap<TensorId, Params> {
    return new Map([...this.#groups].map(([id, { params }]) => [id, params]));
  }

  variables(): ReadonlyMap<string, Params> {
    const { byTensor, byAssignment } = this.#variables;
    const all = new Set([...byTensor.values(), ...byAssignment.values()]);
    return new Map([...all].map((variable) => [variable, this.ofVariable(variable).params]));
  }

  #measured(bounds: Bounds): Group {
    return {
      bounds,
      params: activationParams(bounds.min, bounds.max, this.#options.type),
      dictated: false,
    };
  }

  #push(from: Group, to: Group): boolean {
    if (to === from) return true;
    const { params } = from;
    if (to.params.scale === params.scale && to.params.zeroPoint === params.zeroPoint) return true;
    const { joins } = this.#options;
    const free = !to.dictated && joins !== 'requantize-always';
    if (!free || (joins === 'requantize' && !covers(from, to))) return false;
    to.params = params;
    to.dictated = true;
    return true;
  }

  #centre(group: Group): void {
    const { min, max } = group.bounds ?? noBounds;
    group.params = symmetricParams(min, max);
    group.dictated = true;
  }

  #add(id: TensorId, group: Group): Group {
    this.#groups.set(id, group);
    return group;
  }

  #missingInput(op: Op): never {
    throw new Problem('model/invalid', `${opName(op)} has no data input.`, { op: opName(op) });
  }
}

/** Whether every value inside `inner`'s own range is representable with `outer`'s. */
function covers(outer: Group, inner: Group): boolean {
  if (inner.bounds === undefined || outer.bounds === undefined) return false;
  return (
    Math.min(0, outer.bounds.min) <= inner.bounds.min && inner.bounds.max <= Math.max(0, outer.bounds.max)
  );
}
