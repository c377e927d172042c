import { Problem } from '../core/problem.ts';
import { exportAiEdgeRecipe, importAiEdgeRecipe, isAiEdgeRecipe } from '../core/quantize/ai-edge-recipe.ts';
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

/** Hands the recipe out as a file. */
export function exportRecipe(format: RecipeFormat): void {
  const { recipe } = getState();
  const { recipe: out, notes } = format === 'zeropoint' ? { recipe, notes: [] } : exportAiEdgeRecipe(recipe);
  setState({ recipeNotes: notes });
  const file = new Blob([`${JSON.stringify(out, null, 2)}\n`], { type: 'application/json' });
  download(format === 'zeropoint' ? 'recipe.json' : 'ai_edge_recipe.json', file);
}
