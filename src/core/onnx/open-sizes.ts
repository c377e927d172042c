import type { Details } from '../problem.ts';

/** A size that a model leaves open. */
export interface OpenSize {
  /** What it is called when it is given: the file's own name, or the input's with the dimension, as in `x[2]`. */
  readonly name: string;
  /** Where it stands, in words. */
  readonly where: string;
  /** A usual size there. */
  readonly suggestion: number;
}

/** The open sizes that the problem `model/dynamic-shape` lists as its detail `open`; none for another problem. */
export function openSizesOf({ open }: Details): readonly OpenSize[] {
  return Array.isArray(open) ? open : [];
}
