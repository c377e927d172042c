import { presets } from '../../core/quantize/presets.ts';
import type { Recipe } from '../../core/quantize/recipe.ts';

/** What a preset says nothing about: it is about one model's layers. */
type OfTheModel = 'rules' | 'ranges';

/** The part of a recipe that a preset replaces. */
export function withPreset(name: string): Omit<Recipe, OfTheModel> | Record<string, never> {
  const preset = presets[name];
  if (preset === undefined) return {};
  const { rules: _rules, ranges: _ranges, ...settings } = preset.recipe;
  // A dummy range is a wish of its own; a preset that has none takes it away.
  return { defaultRange: undefined, ...settings } as Omit<Recipe, OfTheModel>;
}

/** The preset that a recipe is, exceptions and ranges set by hand apart; `undefined` when it is none. */
export function presetOf(recipe: Recipe): string | undefined {
  const { rules: _rules, ranges: _ranges, ...settings } = recipe;
  const wanted = canonical(settings);
  return Object.keys(presets).find((name) => canonical(withPreset(name)) === wanted);
}

function canonical(settings: object): string {
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined);
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
