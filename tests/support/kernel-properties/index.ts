/**
 * The fast kernels against the reference, on random shapes, parameters and extremes: same bytes, nothing written outside of
 * the tensors, and nothing outside of them that matters. Runs wherever WebAssembly does, so that Node and a browser, whose
 * machines differ, are held to the same.
 */
import { add, lookup, multiply, weightedSum } from './elements.ts';
import { conv, dense, depthwise } from './layers.ts';
import { moves } from './moves.ts';
import type { Property } from './property.ts';
import { floatSum, pools, sum } from './reductions.ts';

export type { Property, Subject } from './property.ts';

export const kernelProperties: readonly Property[] = [
  conv,
  depthwise,
  dense,
  add,
  weightedSum,
  multiply,
  pools,
  sum,
  floatSum,
  lookup,
  moves,
];
