import type { HandRange, Recipe } from '../core/quantize/recipe.ts';
import type { Scheme } from '../core/quantize/scheme.ts';
import { setRecipe } from './actions.ts';
import { getState } from './store.ts';

/** The scheme that was picked for the layer that makes tensor `name`; `undefined` as long as the recipe decides. */
export function pickedScheme({ rules }: Recipe, name: string): Scheme | undefined {
  return rules.findLast(({ tensor }) => tensor === name)?.scheme;
}

/** Treats one layer otherwise than the recipe's mode; `undefined` takes that back. */
export function pickScheme(name: string, scheme: Scheme | undefined): void {
  const others = getState().recipe.rules.filter(({ tensor }) => tensor !== name);
  setRecipe({ rules: scheme === undefined ? others : [...others, { tensor: name, scheme }] });
}

/** Sets the range of tensor `name` by hand; `undefined` takes the measured one again. */
export function setRange(name: string, range: HandRange | undefined): void {
  const { [name]: _, ...others } = getState().recipe.ranges;
  setRecipe({ ranges: range === undefined ? others : { ...others, [name]: range } });
}
