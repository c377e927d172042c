import type { NchwGraph, Value } from './nchw-graph.ts';

export interface Site {
  readonly g: NchwGraph;
  readonly x: Value;
  /** Another value, of any shape. */
  readonly other: Value;
  readonly p: number;
  readonly q: number;
}

/** Adds ops on `x`; every result is made of whole numbers again. */
export type Step = (site: Site) => Value | readonly Value[];

export const isImage = ({ shape }: Value) => shape.length === 4;

/** Whole numbers from −8 to 8: later sums stay exact, so that results do not depend on their order. */
export function whole(g: NchwGraph, x: Value): Value {
  const high = g.pair('MINIMUM', x, g.constant([], [8]));
  return g.unary('ROUND', g.pair('MAXIMUM', high, g.constant([], [-8])));
}

export const axisOf = ({ shape }: Value, p: number) => p % Math.max(1, shape.length);
