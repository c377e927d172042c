/** AssemblyScript that makes outputs of accumulators, recipe by recipe (src/kernels/assembly/requantize.ts). */

/** In the order of their numbers (src/kernels/requantize.ts). */
export const recipes = ['float', 'signed', 'fixed', 'wide', 'nearest'] as const;
export type Recipe = (typeof recipes)[number];

/** Constants of a recipe for both halves of a block, as local constants. */
export function constantsOf(recipe: Recipe): string {
  if (recipe === 'fixed') return 'const shift = load<i32>(pp, 160);';
  if (recipe === 'wide') return '';
  if (recipe === 'nearest')
    return 'const m0 = v128.load(pp, 32), m1 = v128.load(pp, 48), above = aboveMagic(d.above);';
  return 'const m0 = v128.load(pp, 32), m1 = v128.load(pp, 48), c0 = v128.load(pp, 64), c1 = v128.load(pp, 80);';
}

/** The same for the half that a variable `half` tells. */
export function halfConstantsOf(recipe: Recipe): string {
  if (recipe === 'fixed') return 'const shift = load<i32>(pp, 160);';
  if (recipe === 'wide') return '';
  const m = 'const m = v128.load(pp + half * 16, 32)';
  if (recipe === 'nearest') return `${m}, above = aboveMagic(d.above);`;
  return `${m}, c = v128.load(pp + half * 16, 64);`;
}

/** @param half - 0 or 1, with `constantsOf`; 'half' with `halfConstantsOf` */
export function requantize(recipe: Recipe, sum: string, half: 0 | 1 | 'half'): string {
  const own = half === 'half' ? '' : half;
  if (recipe === 'fixed') return `${sum} = fixed(${sum}, pp + ${half} * 16, shift, i32x4.splat(d.above));`;
  if (recipe === 'wide') return `${sum} = wide(${sum}, pp + ${half} * 16, i32x4.splat(d.above));`;
  if (recipe === 'nearest') return `${sum} = nearest(${sum}, m${own}, above);`;
  const above = recipe === 'signed' ? ', i32x4.splat(d.above)' : '';
  return `${sum} = ${recipe}(${sum}, m${own}, c${own}${above});`;
}
