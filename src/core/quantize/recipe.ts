import { Problem } from '../problem.ts';
import type { Calibrator } from '../ranges/choose.ts';

/** Element type of the quantized model's inputs or outputs. */
export type IoType = 'int8' | 'uint8' | 'float32';
const ioTypes: readonly string[] = ['int8', 'uint8', 'float32'] satisfies IoType[];

/** A range set by hand for the tensor of that name, instead of the calibrated one. */
export interface HandRange {
  readonly min: number;
  readonly max: number;
}

/** Everything a person can choose about quantizing, as plain JSON. */
export interface Recipe {
  readonly version: 1;
  /** per-channel: one weight scale per output channel (TensorFlow's default). per-tensor: one for all. */
  readonly weights: 'per-channel' | 'per-tensor';
  /** How calibrated extremes become ranges. */
  readonly calibrator: Calibrator;
  readonly inputType: IoType;
  readonly outputType: IoType;
  readonly ranges: Readonly<Record<string, HandRange>>;
}

/** TensorFlow 2.21's default for full integer quantization with integer inputs and outputs. */
export const defaultRecipe: Recipe = {
  version: 1,
  weights: 'per-channel',
  calibrator: 'tensorflow',
  inputType: 'int8',
  outputType: 'int8',
  ranges: {},
};

/** Recipes that can be asked for by name. */
export const namedRecipes: Readonly<Record<string, Recipe>> = {
  int8: defaultRecipe,
  'int8-float-io': { ...defaultRecipe, inputType: 'float32', outputType: 'float32' },
  'int8-uint8-io': { ...defaultRecipe, inputType: 'uint8', outputType: 'uint8' },
  'int8-exact-ranges': { ...defaultRecipe, calibrator: 'exact' },
  'int8-per-tensor': { ...defaultRecipe, weights: 'per-tensor' },
};

function refuse(field: string, value: unknown, expected: string): never {
  throw new Problem(
    'recipe/invalid',
    `The recipe's “${field}” is ${JSON.stringify(value)}; expected ${expected}.`,
    { field, value },
  );
}

/** @throws Problem `recipe/invalid` for anything but an `IoType`. */
export function parseIoType(value: unknown, field: string): IoType {
  return typeof value === 'string' && ioTypes.includes(value)
    ? (value as IoType)
    : refuse(field, value, ioTypes.join(', '));
}

function parseRange(name: string, value: unknown): HandRange {
  const { min, max } = (value ?? {}) as Partial<HandRange>;
  if (
    typeof min !== 'number' ||
    typeof max !== 'number' ||
    !Number.isFinite(Math.fround(min)) ||
    !Number.isFinite(Math.fround(max)) ||
    min > max
  ) {
    refuse(`ranges.${name}`, value, '{"min": number, "max": number} with min ≤ max');
  }
  return { min, max };
}

/**
 * A recipe from JSON; fields that are left out have their default, unknown ones are refused so that a typing error does
 * not pass for a choice.
 * @throws Problem `recipe/invalid` naming the field.
 */
export function parseRecipe(json: unknown): Recipe {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) refuse('recipe', json, 'an object');
  const given = json as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(defaultRecipe, key));
  if (unknown !== undefined)
    refuse(unknown, given[unknown], `one of the fields ${Object.keys(defaultRecipe).join(', ')}`);
  const all = { ...defaultRecipe, ...given };
  if (all.version !== 1) refuse('version', all.version, '1');
  if (all.weights !== 'per-channel' && all.weights !== 'per-tensor')
    refuse('weights', all.weights, 'per-channel or per-tensor');
  if (all.calibrator !== 'tensorflow' && all.calibrator !== 'exact') {
    refuse('calibrator', all.calibrator, 'tensorflow or exact');
  }
  if (typeof all.ranges !== 'object' || all.ranges === null || Array.isArray(all.ranges)) {
    refuse('ranges', all.ranges, 'an object of ranges by tensor name');
  }
  return {
    version: 1,
    weights: all.weights,
    calibrator: all.calibrator,
    inputType: parseIoType(all.inputType, 'inputType'),
    outputType: parseIoType(all.outputType, 'outputType'),
    ranges: Object.fromEntries(
      Object.entries(all.ranges).map(([name, value]) => [name, parseRange(name, value)]),
    ),
  };
}
