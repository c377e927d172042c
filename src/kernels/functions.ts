import type { Address } from './webassembly.ts';

/**
 * What src/kernels/assembly exports. `dots` is 1 for dots of bytes, 0 for dots of words. Longer lists of parameters than
 * elsewhere: numbers are all that WebAssembly takes.
 */
export interface KernelFunctions {
  conv(layer: Address, from: Address, to: Address, rows: number, dots: number): void;
  dense(layer: Address, from: Address, to: Address, dots: number): void;
  depthwise3x3(
    layer: Address,
    from: Address,
    to: Address,
    groups: number,
    stride: number,
    dots: number,
  ): void;
  depthwise(layer: Address, from: Address, to: Address, rows: number, form: number): void;
  add(sum: Address, left: Address, right: Address, to: Address, rows: number): void;
  weightedSum(sum: Address, left: Address, right: Address, to: Address, rows: number): void;
  multiply(product: Address, left: Address, right: Address, to: Address, rows: number): void;
  move(pieces: Address, count: number, word: number): void;
  maxPool(pool: Address, from: Address, to: Address, rows: number, form: number): void;
  lookup(
    table: Address,
    from: Address,
    to: Address,
    rows: number,
    elements: number,
    fromRow: number,
    toRow: number,
    wide: number,
  ): void;
  pack(
    from: Address,
    to: Address,
    rows: number,
    elements: number,
    toRow: number,
    flip: number,
    wide: number,
  ): void;
  unpack(
    from: Address,
    to: Address,
    rows: number,
    elements: number,
    fromRow: number,
    flip: number,
    wide: number,
  ): void;
  border(
    image: Address,
    rows: number,
    rowBytes: number,
    before: number,
    between: number,
    after: number,
    word: number,
  ): void;
  dot(left: Address, right: Address, sum: Address, out: Address): void;
}

/** What the modules for several threads export beside the kernels, which share their work there. */
export interface TeamFunctions {
  /** Memory that a team takes. */
  teamBytes(helpers: number): number;
  /** Makes the instance the team's leader; what the numbers mean is said where `Worthwhile` is declared. */
  lead(team: Address, work: number, pause: number): void;
  /** Sends the helpers away. */
  dismiss(team: Address): void;
  /** How many helpers are there. */
  present(team: Address): number;
  /** How many parts of calls a helper, counted from 1, has computed. */
  chunksDone(team: Address, helper: number): number;
  /** Helps until the team is dismissed. */
  help(team: Address, helper: number): void;
  /** Leaves to the leader what a helper that has thrown was at. */
  giveUp(team: Address, helper: number): void;
}
