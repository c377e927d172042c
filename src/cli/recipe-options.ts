import { existsSync } from 'node:fs';
import { presets } from '../core/quantize/presets.ts';
import { defaultRecipe, parseIoType, parseRecipe, type Recipe } from '../core/quantize/recipe.ts';
import { type Arguments, type OptionSpec, textOption, usageProblem } from './arguments.ts';
import { readJson } from './files.ts';

export const recipeOptions: Readonly<Record<string, OptionSpec>> = {
  recipe: {
    type: 'string',
    value: 'NAME|FILE',
    help: `${Object.keys(presets).join(', ')}, or a JSON file`,
  },
  'input-type': { type: 'string', value: 'TYPE', help: 'int8 (default), uint8 or float32' },
  'output-type': { type: 'string', value: 'TYPE', help: 'int8 (default), uint8 or float32' },
};

function recipeByName(name: string): Recipe {
  const named = Object.hasOwn(presets, name) ? presets[name]?.recipe : undefined;
  if (named !== undefined) return named;
  if (existsSync(name)) return parseRecipe(readJson(name));
  throw usageProblem(`--recipe is “${name}”; neither a file nor one of ${Object.keys(presets).join(', ')}.`);
}

/** The recipe that the options ask for. @throws Problem `recipe/invalid`, `usage`. */
export function recipeOf(args: Arguments): Recipe {
  const name = textOption(args, 'recipe');
  const recipe = name === undefined ? defaultRecipe : recipeByName(name);
  const inputType = textOption(args, 'input-type');
  const outputType = textOption(args, 'output-type');
  return {
    ...recipe,
    ...(inputType !== undefined && { inputType: parseIoType(inputType, 'input-type') }),
    ...(outputType !== undefined && { outputType: parseIoType(outputType, 'output-type') }),
  };
}
