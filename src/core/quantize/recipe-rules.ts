import { isPresent, opName, tensorAt } from '../model/graph.ts';
import type { Graph, Op } from '../model/types.ts';
import type { Recipe } from './recipe.ts';
import {
  type Granularity,
  oneOf,
  parseCount,
  refuseField,
  type Scheme,
  schemes,
  type WeightBits,
} from './scheme.ts';

/** An exception from a recipe's mode for the ops that every given condition is true of. */
export interface RecipeRule {
  /** Regular expression, searched for in the names of the op's output tensors, each followed by “;”. */
  readonly name?: string;
  /** Builtin operator: CONV_2D. */
  readonly operator?: string;
  /** Exact name of one of the op's outputs: a layer that was picked. */
  readonly tensor?: string;
  readonly scheme: Scheme;
  readonly weights?: Granularity;
  readonly weightBits?: WeightBits;
  readonly minElements?: number;
  /** A model without such an op is not refused: the recipe was made for more than one. */
  readonly optional?: boolean;
}

/** What a recipe says about one op. */
export interface Treatment {
  readonly scheme: Scheme;
  readonly weights: Granularity;
  readonly weightBits: WeightBits;
  readonly minElements: number;
  /** Whether a rule decided and not the mode. */
  readonly byRule: boolean;
}

function text(value: unknown, field: string): string {
  return typeof value === 'string' ? value : refuseField(field, value, 'a text');
}

function pattern(value: unknown, field: string): string {
  const source = text(value, field);
  try {
    new RegExp(source);
    return source;
  } catch {
    return refuseField(field, value, 'a regular expression');
  }
}

const fields: { readonly [K in keyof Required<RecipeRule>]: (value: unknown, field: string) => unknown } = {
  name: pattern,
  operator: text,
  tensor: text,
  scheme: oneOf(schemes),
  weights: oneOf<Granularity>(['per-channel', 'per-tensor']),
  weightBits: oneOf<WeightBits>([8, 4]),
  minElements: parseCount,
  optional: (value, field) =>
    typeof value === 'boolean' ? value : refuseField(field, value, 'true or false'),
};

/** @throws Problem `recipe/invalid` naming the field. */
export function parseRule(json: unknown, field: string): RecipeRule {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) refuseField(field, json, 'an object');
  const given = { scheme: undefined, ...json } as Readonly<Record<string, unknown>>;
  const entries = Object.entries(given).map(([key, value]) => {
    if (!Object.hasOwn(fields, key))
      refuseField(`${field}.${key}`, value, `one of the fields ${Object.keys(fields).join(', ')}`);
    return [key, fields[key as keyof RecipeRule](value, `${field}.${key}`)];
  });
  return Object.fromEntries(entries) as RecipeRule;
}

function matches(rule: RecipeRule, op: Op, names: readonly string[]): boolean {
  if (rule.operator !== undefined && rule.operator !== opName(op)) return false;
  if (rule.tensor !== undefined && !names.includes(rule.tensor)) return false;
  return rule.name === undefined || new RegExp(rule.name).test(names.map((name) => `${name};`).join(''));
}

function outputNames(op: Op, graph: Graph): readonly string[] {
  return op.outputs.filter(isPresent).map((id) => tensorAt(graph, id).name);
}

function modeTreatment(recipe: Recipe, op: Op): Treatment {
  const { mode: scheme, weights, denseWeights, weightBits, minElements } = recipe;
  const dense = op.kind === 'FULLY_CONNECTED' && denseWeights === 'per-tensor';
  return { scheme, weights: dense ? denseWeights : weights, weightBits, minElements, byRule: false };
}

/** What `recipe` says about an op: its mode, then every rule that matches, later ones over earlier ones. */
export function treatmentOf(recipe: Recipe, op: Op, graph: Graph): Treatment {
  const names = outputNames(op, graph);
  let treatment = modeTreatment(recipe, op);
  for (const rule of recipe.rules.filter((candidate) => matches(candidate, op, names))) {
    const { scheme, weights = treatment.weights, weightBits = treatment.weightBits } = rule;
    const { minElements = treatment.minElements } = rule;
    treatment = { scheme, weights, weightBits, minElements, byRule: true };
  }
  return treatment;
}

/** Rules that no op of `graph` matches: typing errors, unless they are optional. */
export function unmatchedRules(recipe: Recipe, graph: Graph): readonly RecipeRule[] {
  return recipe.rules.filter((rule) => !graph.ops.some((op) => matches(rule, op, outputNames(op, graph))));
}

/** Optional rules that `graph` has no op for, in one sentence for a person; `undefined` where there are none. */
export function ignoredRules(recipe: Recipe, graph: Graph): string | undefined {
  const ignored = unmatchedRules(recipe, graph)
    .filter(({ optional }) => optional === true)
    .map(({ name, operator = 'op' }) => (name === undefined ? operator : `${operator} named /${name}/`));
  return ignored.length === 0
    ? undefined
    : `Entries of the recipe without effect, as the model has no ${[...new Set(ignored)].join(', no ')}.`;
}
