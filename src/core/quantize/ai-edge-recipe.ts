import { Problem } from '../problem.ts';
import { parseRecipe, type Recipe, recipeFor } from './recipe.ts';
import type { RecipeRule } from './recipe-rules.ts';
import { activationTypeOf, type Granularity, type Scheme, type WeightBits } from './scheme.ts';

/**
 * Recipes as ai-edge-quantizer reads and writes them: a list of entries, later ones win, ops that none is about stay in
 * float. Field names are those of its JSON (recipe_manager.py, qtyping.py); older spellings are read, too.
 */
interface Entry {
  readonly regex?: string;
  readonly op_scope_regex?: string;
  readonly operation?: string;
  readonly operations?: readonly string[];
  readonly algorithm_key?: string;
  readonly op_config?: OpConfig;
}
interface OpConfig {
  readonly activation_tensor_config?: TensorConfig | null;
  readonly weight_tensor_config?: TensorConfig | null;
  readonly compute_precision?: string;
  readonly explicit_dequantize?: boolean;
  readonly skip_checks?: boolean;
  readonly min_weight_elements?: number;
}
interface TensorConfig {
  readonly num_bits?: number;
  readonly symmetric?: boolean;
  readonly granularity?: string;
  /** Before there were granularities. */
  readonly channel_wise?: boolean;
  readonly dtype?: string;
}

/** A recipe that came from or goes to the other format, and what got lost on the way, in sentences. */
export interface Translated<T> {
  readonly recipe: T;
  readonly notes: readonly string[];
}

/** The one operator that the two formats call by different names. */
const theirTransposeConv = 'CONV_2D_TRANSPOSE';
const everything = '.*';

function refuse(index: number, what: string): never {
  throw new Problem('recipe/invalid', `Entry ${index} of the ai-edge-quantizer recipe ${what}.`, {
    entry: index,
  });
}

/** Whether JSON has the shape of such a recipe: our own are objects. */
export function isAiEdgeRecipe(json: unknown): json is readonly unknown[] {
  return Array.isArray(json);
}

function schemeOf({ algorithm_key: algorithm, op_config: config }: Entry, index: number): Scheme {
  if (algorithm === 'no_quantize') return 'float';
  if (algorithm === 'float_casting') return 'float16';
  if (algorithm !== 'min_max_uniform_quantize')
    return refuse(
      index,
      `asks for the algorithm “${algorithm}”; min_max_uniform_quantize, float_casting and no_quantize are known`,
    );
  const activation = config?.activation_tensor_config;
  if (activation == null) return config?.compute_precision === 'INTEGER' ? 'dynamic-range' : 'weights-only';
  const symmetric = activation.symmetric === true;
  if (activation.num_bits === 8 && !symmetric) return 'int8';
  if (activation.num_bits === 16 && symmetric) return 'int16x8';
  return refuse(
    index,
    `wants ${symmetric ? 'symmetric' : 'asymmetric'} activations of ${activation.num_bits} bits; 8 asymmetric or 16 symmetric ones are known`,
  );
}

function weightsOf(entry: Entry, index: number): { weights: Granularity; weightBits: WeightBits } {
  const config = entry.op_config?.weight_tensor_config;
  const granularity = config?.granularity ?? (config?.channel_wise === true ? 'CHANNELWISE' : 'TENSORWISE');
  if (granularity !== 'CHANNELWISE' && granularity !== 'TENSORWISE')
    refuse(index, `has weights of granularity ${granularity}; TENSORWISE and CHANNELWISE are known`);
  const bits = config?.num_bits ?? 8;
  if (bits !== 8 && bits !== 4) refuse(index, `has weights of ${bits} bits; 8 and 4 are known`);
  return { weights: granularity === 'CHANNELWISE' ? 'per-channel' : 'per-tensor', weightBits: bits };
}

function ruleOf(entry: Entry, index: number, operation: string): RecipeRule {
  const scheme = schemeOf(entry, index);
  const name = entry.regex ?? entry.op_scope_regex ?? everything;
  const operator = operation === theirTransposeConv ? 'TRANSPOSE_CONV' : operation;
  const config = scheme === 'float' || scheme === 'float16' ? {} : weightsOf(entry, index);
  return {
    ...(name !== everything && { name }),
    ...(operator !== '*' && { operator }),
    scheme,
    ...config,
    minElements: entry.op_config?.min_weight_elements ?? 0,
    // As there (recipe_manager.py, get_quantization_configs): an entry is looked up for each op, and one without ops is idle.
    ...((name !== everything || operator !== '*') && { optional: true }),
  };
}

function asymmetricWeights(list: readonly Entry[]): boolean {
  return list.some(
    ({ algorithm_key: algorithm, op_config: config }) =>
      algorithm === 'min_max_uniform_quantize' && config?.weight_tensor_config?.symmetric === false,
  );
}

/** The first rule as the recipe's mode where it is about every op. */
function withMode(rules: readonly RecipeRule[]): Recipe {
  const [first, ...others] = rules;
  if (first === undefined || first.name !== undefined || first.operator !== undefined)
    return recipeFor('float', { rules });
  const { scheme, ...config } = first;
  const dense = config.weights === undefined ? {} : { denseWeights: config.weights };
  return recipeFor(scheme, { ...config, ...dense, rules: others });
}

/** Element types of inputs and outputs: “INPUT” and “OUTPUT” are operators there. */
function withEnds(recipe: Recipe, ends: readonly RecipeRule[]): Recipe {
  const type = [recipe.mode, ...recipe.rules.map(({ scheme }) => scheme)].flatMap(
    (scheme) => activationTypeOf(scheme) ?? [],
  )[0];
  const endType = (operator: string) => {
    const last = ends.findLast((end) => end.operator === operator);
    return last?.scheme === 'float' || type === undefined ? 'float32' : type;
  };
  return { ...recipe, inputType: endType('INPUT'), outputType: endType('OUTPUT') };
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

/**
 * An ai-edge-quantizer recipe as one of ours.
 * @throws Problem `recipe/invalid` naming the entry that asks for what is not known here.
 */
export function importAiEdgeRecipe(json: readonly unknown[]): Translated<Recipe> {
  const all = json.flatMap((value, index) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(index, 'is no object');
    const entry = value as Entry;
    const operations: unknown = entry.operations ?? [entry.operation ?? '*'];
    if (!isNames(operations)) refuse(index, 'names operations that are no texts');
    return operations.map((operation) => ruleOf(entry, index, operation));
  });
  const isEnd = ({ operator }: RecipeRule) => operator === 'INPUT' || operator === 'OUTPUT';
  const recipe = parseRecipe(withEnds(withMode(all.filter((rule) => !isEnd(rule))), all.filter(isEnd)));
  const notes = asymmetricWeights(json as readonly Entry[])
    ? ['The recipe allows weights with a zero point; weights are always symmetric here.']
    : [];
  return { recipe, notes };
}

function tensorConfig(bits: number, symmetric: boolean, granularity: string): TensorConfig {
  return { num_bits: bits, symmetric, granularity, dtype: 'INT' };
}

/** What an entry of ours needs to be written. */
type Written = Pick<Recipe, 'weights' | 'weightBits' | 'minElements'> & { readonly scheme: Scheme };

function configOf({
  scheme,
  weights,
  weightBits,
  minElements,
}: Written): Pick<Entry, 'algorithm_key' | 'op_config'> {
  if (scheme === 'float') return { algorithm_key: 'no_quantize' };
  if (scheme === 'float16') {
    const weight_tensor_config = { num_bits: 16, dtype: 'FLOAT' };
    const op_config = { weight_tensor_config, compute_precision: 'FLOAT', explicit_dequantize: true };
    return { algorithm_key: 'float_casting', op_config };
  }
  const activation =
    scheme === 'int8'
      ? tensorConfig(8, false, 'TENSORWISE')
      : scheme === 'int16x8'
        ? tensorConfig(16, true, 'TENSORWISE')
        : undefined;
  const granularity = weights === 'per-channel' ? 'CHANNELWISE' : 'TENSORWISE';
  const op_config = {
    ...(activation && { activation_tensor_config: activation }),
    weight_tensor_config: tensorConfig(weightBits, true, granularity),
    compute_precision: scheme === 'weights-only' ? 'FLOAT' : 'INTEGER',
    explicit_dequantize: scheme === 'weights-only',
    skip_checks: false,
    min_weight_elements: activation === undefined ? minElements : 0,
  };
  return { algorithm_key: 'min_max_uniform_quantize', op_config };
}

function entryOf(rule: RecipeRule, recipe: Recipe): Entry {
  const escaped = rule.tensor?.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const regex = escaped === undefined ? (rule.name ?? everything) : `(^|;)${escaped};`;
  const operation = rule.operator === 'TRANSPOSE_CONV' ? theirTransposeConv : (rule.operator ?? '*');
  return { regex, operation, ...configOf({ ...recipe, ...rule }) };
}

/** Entries that the recipe's mode and switches amount to, before its rules. */
function modeEntries(recipe: Recipe): readonly Entry[] {
  const { mode: scheme, denseWeights, inputType, outputType } = recipe;
  const base = [entryOf({ scheme }, recipe)];
  if (denseWeights !== recipe.weights)
    base.push(entryOf({ scheme, operator: 'FULLY_CONNECTED', weights: 'per-tensor' }, recipe));
  for (const [operator, type] of [
    ['INPUT', inputType],
    ['OUTPUT', outputType],
  ] as const) {
    if (activationTypeOf(scheme) !== undefined && type === 'float32')
      base.push(entryOf({ scheme: 'float', operator }, recipe));
  }
  return base;
}

/**
 * One of our recipes for ai-edge-quantizer.
 * @throws Problem `recipe/invalid` for the scheme uint8, which it lacks.
 */
export function exportAiEdgeRecipe(recipe: Recipe): Translated<readonly Entry[]> {
  const schemes = [recipe.mode, ...recipe.rules.map(({ scheme }) => scheme)];
  if (schemes.includes('uint8'))
    throw new Problem('recipe/invalid', 'ai-edge-quantizer has no uint8 activations.', { scheme: 'uint8' });
  const lost = [
    ...(Object.keys(recipe.ranges).length > 0 ? ['ranges set by hand'] : []),
    ...(recipe.defaultRange !== undefined ? ['the default range'] : []),
    ...(recipe.fallback === 'strict' ? ['the refusal of float ops'] : []),
    ...(recipe.int16Bias === 'int32' ? ['the int32 bias'] : []),
    ...([recipe.inputType, recipe.outputType].includes('uint8') ? ['uint8 inputs and outputs'] : []),
    ...(recipe.calibrator === 'exact' ? ['every tensor’s own range'] : []),
    ...(recipe.joins === 'tensorflow' ? ['joins as TensorFlow makes them'] : []),
    ...(recipe.inputMapping.length > 0 ? ['what input bytes stand for'] : []),
    ...(recipe.mode === 'dynamic-range' && !recipe.asymmetricQuantizeInputs
      ? ['activations without a zero point']
      : []),
  ];
  const notes = lost.map((what) => `The format of ai-edge-quantizer has no place for ${what}.`);
  const entries = [...modeEntries(recipe), ...recipe.rules.map((rule) => entryOf(rule, recipe))];
  return { recipe: entries, notes };
}
