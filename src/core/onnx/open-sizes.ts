import type { Problem } from '../problem.ts';
import type { OpenSize } from './sizes.ts';

/** The open sizes that a problem `model/dynamic-shape` lists; none for any other. */
export function openSizesOf({ code, details }: Pick<Problem, 'code' | 'details'>): readonly OpenSize[] {
  return code === 'model/dynamic-shape' && Array.isArray(details.sizes) ? details.sizes : [];
}
