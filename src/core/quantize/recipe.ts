import { Problem } from '../problem.ts';
import type { Calibrator } from '../ranges/choose.ts';
import { parseRule, type RecipeRule } from './recipe-rules.ts';
import {
  type ActivationType,
  activationTypeOf,
  type Granularity,
  oneOf,
  parseCount,
  refuseField,
  type Scheme,
  schemes,
  type WeightBits,
} from './scheme.ts';

/** Element type of the quantized model's inputs or outputs. */
export type IoType = 'int8' | 'uint8' | 'int16' | 'float32';

/** A range set by hand for the tensor of that name, instead of the calibrated one. */
export interface HandRange {
  readonly min: number;
  readonly max: number;
}

/** How the integers of a uint8 input stand for reals, as toco's --mean_values and --std_values: real = (q − mean) / std. */
export interface InputMapping {
  readonly mean: number;
  readonly std: number;
}

/** Everything a person can choose about quantizing, as plain JSON. */
export interface Recipe {
  readonly version: 1;
  /** What becomes of every op that no rule says otherwise about. */
  readonly mode: Scheme;
  /** per-channel: one weight scale per output channel (TensorFlow's default). per-tensor: one for all. */
  readonly weights: Granularity;
  /** The same for FULLY_CONNECTED alone; per-tensor there is what some accelerators want. */
  readonly denseWeights: Granularity;
  /** 4: weights of convolutions and dense layers, in [−7, 7], two in a byte. */
  readonly weightBits: WeightBits;
  /** How calibrated extremes become ranges. */
  readonly calibrator: Calibrator;
  readonly inputType: IoType;
  readonly outputType: IoType;
  readonly ranges: Readonly<Record<string, HandRange>>;
  /** strict: refuse a model of which an op would stay in float. float: leave it there. */
  readonly fallback: 'float' | 'strict';
  /** Weights of fewer elements stay float in the schemes dynamic-range and weights-only. TensorFlow's value: 1024. */
  readonly minElements: number;
  /** Hybrid kernels quantize activations with a zero point of their own. TensorFlow's default: true. */
  readonly asymmetricQuantizeInputs: boolean;
  /** Bias of 16-bit layers. */
  readonly int16Bias: 'int64' | 'int32';
  /**
   * Where all operands share one scale. requantize: an operand that this would clip keeps its own scale and is converted
   * there. tensorflow: as its converter does, which clips.
   */
  readonly joins: 'requantize' | 'tensorflow';
  /** What the bytes of a picture stand for, one per model input, or one for all; as int8, a byte counts 128 less. */
  readonly inputMapping: readonly InputMapping[];
  /** The range of every activation that has no other: toco's --default_ranges_min and _max. Good for timing, not for answers. */
  readonly defaultRange?: HandRange;
  /** Exceptions from `mode`, later ones win. */
  readonly rules: readonly RecipeRule[];
}

/** TensorFlow 2.21's default for full integer quantization with integer inputs and outputs. */
export const defaultRecipe: Recipe = {
  version: 1,
  mode: 'int8',
  weights: 'per-channel',
  denseWeights: 'per-channel',
  weightBits: 8,
  calibrator: 'tensorflow',
  inputType: 'int8',
  outputType: 'int8',
  ranges: {},
  fallback: 'float',
  minElements: 1024,
  asymmetricQuantizeInputs: true,
  int16Bias: 'int64',
  joins: 'requantize',
  inputMapping: [],
  rules: [],
};

/** The default recipe of a mode: inputs and outputs have the type of its activations. */
export function recipeFor(mode: Scheme, changes: Partial<Recipe> = {}): Recipe {
  const type = activationTypeOf(mode) ?? 'float32';
  return { ...defaultRecipe, mode, inputType: type, outputType: type, ...changes };
}

const ioTypes = ['int8', 'uint8', 'int16', 'float32'] as const satisfies readonly IoType[];

/** @throws Problem `recipe/invalid` for anything but an `IoType`. */
export const parseIoType: (value: unknown, field: string) => IoType = oneOf(ioTypes);

function isFinite32(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(Math.fround(value));
}

function parseRange(value: unknown, field: string): HandRange {
  const { min, max } = (value ?? {}) as Partial<HandRange>;
  if (!isFinite32(min) || !isFinite32(max) || min > max)
    refuseField(field, value, '{"min": number, "max": number} with min ≤ max');
  if (!isFinite32(max - min)) refuseField(field, value, 'a range whose width, max − min, float32 can hold');
  return { min, max };
}

function parseRanges(value: unknown, field: string): Recipe['ranges'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuseField(field, value, 'an object of ranges by tensor name');
  const entries = Object.entries(value).map(([name, range]) => [name, parseRange(range, `${field}.${name}`)]);
  return Object.fromEntries(entries);
}

function parseMapping(value: unknown, field: string): InputMapping {
  const { mean, std } = (value ?? {}) as Partial<InputMapping>;
  const valid = isFinite32(mean) && Number.isInteger(mean) && mean >= 0 && mean <= 255;
  if (!valid || !isFinite32(std) || !(std > 0) || !isFinite32(255 / std))
    refuseField(field, value, '{"mean": integer of 0 to 255, "std": number above 0}');
  return { mean, std };
}

function listOf<T>(parse: (value: unknown, field: string) => T, what: string) {
  return (value: unknown, field: string): readonly T[] => {
    if (!Array.isArray(value)) refuseField(field, value, what);
    return value.map((entry, i) => parse(entry, `${field}[${i}]`));
  };
}

const granularity = oneOf<Granularity>(['per-channel', 'per-tensor']);

/** How each field is read from JSON; the list of fields. */
const fields: { readonly [K in keyof Required<Recipe>]: (value: unknown, field: K) => Required<Recipe>[K] } =
  {
    version: oneOf([1]),
    mode: oneOf(schemes),
    weights: granularity,
    denseWeights: granularity,
    weightBits: oneOf<WeightBits>([8, 4]),
    calibrator: oneOf<Calibrator>(['tensorflow', 'exact']),
    inputType: parseIoType,
    outputType: parseIoType,
    ranges: parseRanges,
    fallback: oneOf(['float', 'strict']),
    minElements: parseCount,
    asymmetricQuantizeInputs: oneOf([true, false]),
    int16Bias: oneOf(['int64', 'int32']),
    joins: oneOf(['requantize', 'tensorflow']),
    inputMapping: listOf(parseMapping, 'a list of {"mean", "std"}'),
    defaultRange: parseRange,
    rules: listOf(parseRule, 'a list of rules'),
  };

/**
 * A recipe from JSON; fields that are left out have the default of its mode, unknown ones are refused so that a typing
 * error does not pass for a choice.
 * @throws Problem `recipe/invalid` naming the field.
 */
export function parseRecipe(json: unknown): Recipe {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    refuseField('recipe', json, 'an object');
  const given = json as Readonly<Record<string, unknown>>;
  const known = Object.keys(fields) as (keyof Recipe)[];
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(fields, key));
  if (unknown !== undefined) refuseField(unknown, given[unknown], `one of the fields ${known.join(', ')}`);
  const parsed = known
    .filter((key) => given[key] !== undefined)
    .map((key) => [key, (fields[key] as (value: unknown, field: string) => unknown)(given[key], key)]);
  const changes = Object.fromEntries(parsed) as Partial<Recipe>;
  const recipe = recipeFor(changes.mode ?? defaultRecipe.mode, changes);
  activationTypeOfRecipe(recipe);
  return recipe;
}

/** What inputs and outputs may be, for each type of activation; uint8 beside int8 is the same values shifted by 128. */
const ioTypesFor: Readonly<Record<ActivationType, readonly IoType[]>> = {
  int8: ['int8', 'uint8', 'float32'],
  uint8: ['uint8', 'float32'],
  int16: ['int16', 'float32'],
};

/**
 * The type of activations that are computed with as integers; `undefined` when the recipe leaves all in float.
 * @throws Problem `recipe/invalid` when it asks for two of them, or for inputs or outputs that do not go with it.
 */
export function activationTypeOfRecipe(recipe: Recipe): ActivationType | undefined {
  const all = [recipe.mode, ...recipe.rules.map(({ scheme }) => scheme)];
  const [type, other] = [...new Set(all.flatMap((scheme) => activationTypeOf(scheme) ?? []))];
  if (other !== undefined) {
    const text = `The recipe asks for ${type} and ${other} activations in one model; one type of integers can be chosen.`;
    throw new Problem('recipe/invalid', text, { types: [type, other] });
  }
  const allowed = type === undefined ? (['float32'] as const) : ioTypesFor[type];
  for (const field of ['inputType', 'outputType'] as const) {
    if (!allowed.includes(recipe[field] as never))
      refuseField(field, recipe[field], `${allowed.join(' or ')} for ${type ?? 'float'} activations`);
  }
  return type;
}
