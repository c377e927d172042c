/**
 * What a core multiplies at most: the instruction of the convolutions' inner loop (tools/kernels/tiles.ts) on registers
 * alone. Layers are measured by it.
 */

/** Sums that do not wait for each other: with fewer the loop waits for results, with more they leave the registers. */
export const SUMS = 12;
export const UNROLLED = 4;
/** Products of one instruction on 16 bytes: a product and a sum of words, or one relaxed dot of bytes. */
const products = { i16: 8, dot: 16 } as const;
export type PeakKind = keyof typeof products;

/** Products that one round of the loop computes. */
export const productsPerRound = (kind: PeakKind) => products[kind] * SUMS * UNROLLED;
