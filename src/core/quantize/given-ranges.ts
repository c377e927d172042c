import { isPresent, producers, tensorAt } from '../model/graph.ts';
import { insideOf } from '../model/inside.ts';
import type { Graph, OpId, TensorId } from '../model/types.ts';
import { Problem } from '../problem.ts';
import type { Bounds } from './assign.ts';
import type { Recipe } from './recipe.ts';
import type { Rule } from './rules.ts';

/** The activation that a hand-set range is for. A range that could have no effect is refused, not ignored. */
function handRangeTarget(graph: Graph, rules: ReadonlyMap<OpId, Rule>, name: string): TensorId {
  const refuse = (why: string): never => {
    throw new Problem('recipe/invalid', `The recipe sets a range for “${name}”, but ${why}.`, { name });
  };
  const named = graph.tensors.flatMap((tensor, id) => (tensor.name === name ? [id as TensorId] : []));
  const [id] = named;
  if (id === undefined) return refuse('no tensor has that name');
  if (named.length > 1) return refuse(`${named.length} tensors have that name`);
  if (tensorAt(graph, id).data !== undefined) return refuse('that is a constant, whose range is its own');
  const maker = producers(graph).get(id);
  const output = maker === undefined ? 'own' : rules.get(maker)?.output;
  if (typeof output === 'object') return refuse('the scale of that output is fixed by TensorFlow Lite');
  if (output === 'same') return refuse('that tensor takes the scale of its input; set the range there');
  return id;
}

/** The reals that 0 to 255 stand for: real = (q − mean) / std. */
function mappedInputs(graph: Graph, { inputMapping }: Recipe): ReadonlyMap<TensorId, Bounds> {
  const [first] = inputMapping;
  if (first === undefined) return new Map();
  if (inputMapping.length > 1 && inputMapping.length !== graph.inputs.length) {
    const text = `The recipe maps ${inputMapping.length} inputs; the model has ${graph.inputs.length}.`;
    throw new Problem('recipe/invalid', text, { inputs: graph.inputs.length });
  }
  const entries = graph.inputs.map((id, i) => {
    const { mean, std } = inputMapping[i] ?? first;
    return [id, { min: -mean / std, max: (255 - mean) / std }] as const;
  });
  return new Map(entries.filter(([id]) => tensorAt(graph, id).dtype === 'float32'));
}

/**
 * Refuses ranges by hand and input mappings that do not go with the model, which needs no ranges to be known.
 * @throws Problem `recipe/invalid`
 */
export function checkGivenRanges(graph: Graph, rules: ReadonlyMap<OpId, Rule>, recipe: Recipe): void {
  mappedInputs(graph, recipe);
  for (const name of Object.keys(recipe.ranges)) handRangeTarget(graph, rules, name);
}

/** Every float activation, inputs first, and what ops hold inside. */
function activations(graph: Graph): readonly TensorId[] {
  const all = [
    ...graph.inputs,
    ...graph.ops.flatMap((op) => [...op.outputs.filter(isPresent), ...insideOf(graph, op)]),
  ];
  return all.filter((id) => tensorAt(graph, id).dtype === 'float32');
}

function checkRanges(graph: Graph, ranges: ReadonlyMap<TensorId, Bounds>): void {
  for (const [id, { min, max }] of ranges) {
    if (Number.isFinite(Math.fround(max - min)) && min <= max) continue;
    const { name } = tensorAt(graph, id);
    throw new Problem('range/not-finite', `The range of tensor ${id} “${name}” is ${min} to ${max}.`, {
      tensor: id,
      name,
    });
  }
}

/** Ranges of activations, and which of them are nothing but the recipe's default. */
export interface GivenRanges {
  readonly ranges: ReadonlyMap<TensorId, Bounds>;
  readonly defaulted: readonly TensorId[];
}

/**
 * Calibrated ranges with what says more in their place: those of quantization-aware training, then the recipe's input
 * mapping, then its ranges by hand. Its default range is for tensors that have none of these.
 * @throws Problem `recipe/invalid`, `range/not-finite`.
 */
export function givenRanges(
  graph: Graph,
  rules: ReadonlyMap<OpId, Rule>,
  { calibrated, recipe }: { calibrated: ReadonlyMap<TensorId, Bounds>; recipe: Recipe },
): GivenRanges {
  const ranges = new Map(calibrated);
  const all = activations(graph);
  for (const id of all) {
    const { fakeQuant } = tensorAt(graph, id);
    if (fakeQuant !== undefined) ranges.set(id, fakeQuant);
  }
  for (const [id, range] of mappedInputs(graph, recipe)) ranges.set(id, range);
  for (const [name, range] of Object.entries(recipe.ranges))
    ranges.set(handRangeTarget(graph, rules, name), range);
  const { defaultRange } = recipe;
  const defaulted = defaultRange === undefined ? [] : all.filter((id) => !ranges.has(id));
  for (const id of defaulted) if (defaultRange !== undefined) ranges.set(id, defaultRange);
  checkRanges(graph, ranges);
  return { ranges, defaulted };
}
