import { exportAiEdgeRecipe } from '../core/quantize/ai-edge-recipe.ts';
import { presets } from '../core/quantize/presets.ts';
import { formatTable, wrap } from '../core/report/table.ts';
import type { Arguments, CommandSpec } from './arguments.ts';
import { note, print, printJson } from './output.ts';
import { namedRecipe } from './recipe-options.ts';

export const recipeSpec: CommandSpec = {
  name: 'recipe',
  usage: '[NAME|FILE] [--ai-edge]',
  summary:
    'Prints a recipe as JSON: what “quantize --recipe FILE” takes, to be changed by hand. Without a name, lists the recipes.',
  positionals: [0, 1],
  options: { 'ai-edge': { type: 'boolean', help: 'as ai-edge-quantizer reads it' } },
};

function listOfPresets(): string {
  const rows = Object.entries(presets).map(([name, { title }]) => [name, title]);
  const table = formatTable(
    [
      { title: 'name', align: 'left' },
      { title: 'for', align: 'left' },
    ],
    rows,
  );
  const sentences = Object.entries(presets).flatMap(([name, { sentence }]) =>
    wrap(sentence, 104, `${name}: `),
  );
  return [...table, '', ...sentences].join('\n');
}

/** `zeropoint recipe` */
export async function recipeCommand(args: Arguments): Promise<void> {
  const [name] = args.positionals;
  if (name === undefined) return print(listOfPresets());
  const recipe = namedRecipe(name);
  if (args.values['ai-edge'] !== true) return printJson(recipe);
  const exported = exportAiEdgeRecipe(recipe);
  for (const text of exported.notes) note(text);
  printJson(exported.recipe);
}
