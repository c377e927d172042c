import { existsSync } from 'node:fs';
import { importAiEdgeRecipe, isAiEdgeRecipe } from '../core/quantize/ai-edge-recipe.ts';
import { presets } from '../core/quantize/presets.ts';
import {
  activationTypeOfRecipe,
  defaultRecipe,
  type HandRange,
  type InputMapping,
  parseIoType,
  parseRecipe,
  type Recipe,
} from '../core/quantize/recipe.ts';
import { type Arguments, listOption, type OptionSpec, textOption, usageProblem } from './arguments.ts';
import { readJson } from './files.ts';
import { note } from './output.ts';

export const recipeOptions: Readonly<Record<string, OptionSpec>> = {
  recipe: {
    type: 'string',
    value: 'NAME|FILE',
    help: 'a name (“zeropoint recipe” lists them), a JSON file, or one of ai-edge-quantizer’s',
  },
  'input-type': { type: 'string', value: 'TYPE', help: 'int8, uint8, int16 or float32' },
  'output-type': { type: 'string', value: 'TYPE', help: 'int8, uint8, int16 or float32' },
  strict: { type: 'boolean', help: 'refuse a model of which an op would stay in float' },
  'keep-float': {
    type: 'string',
    multiple: true,
    value: 'PATTERN',
    help: 'leave ops in float: an operator (CONV_2D), or a pattern of their outputs’ names',
  },
  'weight-bits': { type: 'string', value: 'N', help: '8 (default) or 4' },
  'min-elements': {
    type: 'string',
    value: 'N',
    help: 'without images: smaller weights stay float (default 1024)',
  },
  'default-range': {
    type: 'string',
    value: 'MIN,MAX',
    help: 'for all activations without a range, instead of images: for timing only',
  },
  'input-mapping': {
    type: 'string',
    multiple: true,
    value: 'MEAN,STD',
    help: 'what an integer input means: real = (uint8 − MEAN) / STD',
  },
};

function recipeByName(name: string): Recipe {
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset !== undefined) return preset.recipe;
  if (!existsSync(name))
    throw usageProblem(
      `--recipe is “${name}”; neither a file nor one of ${Object.keys(presets).join(', ')}.`,
    );
  const json = readJson(name);
  if (!isAiEdgeRecipe(json)) return parseRecipe(json);
  const { recipe, notes } = importAiEdgeRecipe(json);
  for (const text of notes) note(text);
  return recipe;
}

/** A number as it was typed; nothing at all is none. */
function finite(text: string): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function pairOf(text: string, option: string): readonly [number, number] {
  const [first, second, ...rest] = text.split(',').map(finite);
  if (first === undefined || second === undefined || rest.length > 0)
    throw usageProblem(`--${option} is “${text}”; two numbers with a comma are needed.`);
  return [first, second];
}

function defaultRangeOf(args: Arguments): HandRange | undefined {
  const text = textOption(args, 'default-range');
  if (text === undefined) return undefined;
  const [min, max] = pairOf(text, 'default-range');
  return { min, max };
}

function mappingsOf(args: Arguments): readonly InputMapping[] {
  return listOption(args, 'input-mapping').map((text) => {
    const [mean, std] = pairOf(text, 'input-mapping');
    return { mean, std };
  });
}

/** An operator's name is all capitals; anything else is a pattern. */
function keptFloat(args: Arguments): Recipe['rules'] {
  return listOption(args, 'keep-float').map((text) =>
    /^[A-Z0-9_]+$/.test(text) ? { operator: text, scheme: 'float' } : { name: text, scheme: 'float' },
  );
}

function numberOption(args: Arguments, name: string): number | undefined {
  const text = textOption(args, name);
  if (text === undefined) return undefined;
  const number = finite(text);
  if (number === undefined) throw usageProblem(`--${name} is “${text}”; a number is needed.`);
  return number;
}

/**
 * The recipe of the given name or file with what the other options change in it.
 * @throws Problem `recipe/invalid`, `usage`.
 */
export function recipeOf(args: Arguments): Recipe {
  const recipe = namedRecipe(textOption(args, 'recipe'));
  const inputType = textOption(args, 'input-type');
  const outputType = textOption(args, 'output-type');
  const weightBits = numberOption(args, 'weight-bits');
  const minElements = numberOption(args, 'min-elements');
  const defaultRange = defaultRangeOf(args);
  const inputMapping = mappingsOf(args);
  const changed = {
    ...recipe,
    ...(inputType !== undefined && { inputType: parseIoType(inputType, 'input-type') }),
    ...(outputType !== undefined && { outputType: parseIoType(outputType, 'output-type') }),
    ...(args.values.strict === true && { fallback: 'strict' }),
    ...(weightBits !== undefined && { weightBits }),
    ...(minElements !== undefined && { minElements }),
    ...(defaultRange !== undefined && { defaultRange }),
    ...(inputMapping.length > 0 && { inputMapping }),
    rules: [...recipe.rules, ...keptFloat(args)],
  };
  return parseRecipe(changed);
}

/** A recipe by its name or file; the default one without. @throws Problem `recipe/invalid`, `usage`. */
export function namedRecipe(name: string | undefined): Recipe {
  const recipe = name === undefined ? defaultRecipe : recipeByName(name);
  activationTypeOfRecipe(recipe);
  return recipe;
}
