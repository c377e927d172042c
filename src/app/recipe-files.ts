import { Problem } from '../core/problem.ts';
import {
  exportAiEdgeRecipe,
  importAiEdgeRecipe,
  isAiEdgeRecipe,
  type Translated,
} from '../core/quantize/ai-edge-recipe.ts';
import { parseRecipe, type Recipe } from '../core/quantize/recipe.ts';
import { setRecipe } from './actions.ts';
import { download } from './download.ts';
import type { GivenFile } from './state.ts';
import { getState, setState } from './store.ts';
import { show } from './work.ts';

/** Whose JSON: our own, or that of Google's ai-edge-quantizer. */
export type RecipeFormat = 'zeropoint' | 'ai-edge-quantizer';

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('recipe/invalid', `“${name}” is not JSON.`, { file: name });
  }
}

/** A recipe from either format, with what got lost. */
function read(name: string, text: string): { readonly recipe: Recipe; readonly notes: readonly string[] } {
  const json = parseJson(name, text);
  return isAiEdgeRecipe(json) ? importAiEdgeRecipe(json) : { recipe: parseRecipe(json), notes: [] };
}

/** Puts a recipe from a file in force; the one before can be had back by undo. */
export async function importRecipe(files: readonly GivenFile[]): Promise<void> {
  const [given] = files;
  if (given === undefined) return;
  try {
    const { recipe, notes } = read(given.path, await given.file.text());
    setRecipe({ defaultRange: undefined, ...recipe } as Recipe);
    setState({ recipeNotes: notes });
  } catch (error) {
    show(error);
  }
}

/** The recipe in a format; `undefined`, and said on the page, where that cannot express it. */
function translate(recipe: Recipe, format: RecipeFormat): Translated<unknown> | undefined {
  if (format === 'zeropoint') return { recipe, notes: [] };
  try {
    return exportAiEdgeRecipe(recipe);
  } catch (error) {
    show(error);
    return undefined;
  }
}

/** Hands the recipe out as a file. */
export function exportRecipe(format: RecipeFormat): void {
  const { recipe } = getState();
  const translated = translate(recipe, format);
  if (translated === undefined) return;
  const { recipe: out, notes } = translated;
  setState({ recipeNotes: notes });
  const file = new Blob([`${JSON.stringify(out, null, 2)}\n`], { type: 'application/json' });
  download(format === 'zeropoint' ? 'recipe.json' : 'ai_edge_recipe.json', file);
}
