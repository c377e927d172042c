/**
 * How a layer's int32 accumulators become outputs: one of the recipes of assembly/requantize.ts, the cheapest that gives the
 * reference's result for every accumulator that the layer can reach.
 */
import { type FloatRecipe, fitFloat } from './float-recipe.ts';
import { type Channel, type Clamp, Steps } from './steps.ts';

const BLOCK = 8;

/** Constants of a layer's recipe, in blocks of eight channels as assembly/requantize.ts reads them. */
export interface Requantization {
  /** 0: float, which gives results above the lower bound; 1: fixed, 2: wide, which give results above the zero point. */
  readonly recipe: 0 | 1 | 2;
  /** Bytes of a block. */
  readonly step: number;
  readonly params: Uint8Array;
}

interface IntegerConstants {
  readonly P: number;
  readonly K: number;
  readonly D: number;
}

/** Shifts of a channel as two that are not negative. */
function shiftsOf(shift: number): { readonly left: number; readonly right: number } {
  return { left: Math.max(shift, 0), right: Math.max(-shift, 0) };
}

/**
 * One product with both roundings folded in: (acc · P · M) >> 32 + K − [acc < 0] · D, shifted right by `common` + 1, where
 * P = 2^(left + e + 2) brings the channels of a block to the shift `common` that they share, e = common − right.
 */
function foldedConstants(channel: Channel, common: number): IntegerConstants | undefined {
  const { left, right } = shiftsOf(channel.fixed?.shift ?? 0);
  const e = common - right;
  const P = 2 ** (left + e + 2);
  if (Math.max(Math.abs(channel.least), Math.abs(channel.most)) * P >= 2 ** 31) return undefined;
  return { P, K: 2 ** e + (right > 0 ? 2 ** common : 0), D: right > 0 ? 2 ** (e + 1) : 0 };
}

function commonShift(block: readonly Channel[]): number {
  return Math.max(...block.map(({ fixed }) => shiftsOf(fixed?.shift ?? 0).right));
}

function blocksOf<T>(values: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(values.length / BLOCK) }, (_, b) =>
    values.slice(b * BLOCK, (b + 1) * BLOCK),
  );
}

/** Columns of int32 or float32, one entry a channel of the block, one behind the other. */
function writeBlock(target: Uint8Array, columns: readonly (Int32Array | Float32Array)[]): void {
  let at = 0;
  for (const column of columns) {
    target.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += column.byteLength;
  }
}
function column(block: readonly unknown[], entry: (k: number) => number): Int32Array {
  const values = new Int32Array(BLOCK);
  for (let k = 0; k < block.length; k++) values[k] = entry(k);
  return values;
}

type Columns = (block: readonly Channel[], from: number) => readonly (Int32Array | Float32Array)[];

function layOut(
  channels: readonly Channel[],
  recipe: Requantization['recipe'],
  step: number,
  columns: Columns,
): Requantization {
  const blocks = blocksOf(channels);
  const params = new Uint8Array(blocks.length * step);
  for (const [b, block] of blocks.entries())
    writeBlock(params.subarray(b * step, (b + 1) * step), columns(block, b * BLOCK));
  return { recipe, step, params };
}

function floatRequantization(
  channels: readonly Channel[],
  bias: Int32Array,
  clamp: Clamp,
): Requantization | undefined {
  const steps = new Steps();
  const fits: FloatRecipe[] = [];
  for (const channel of channels) {
    const fit = fitFloat(steps, channel, clamp);
    if (fit === undefined) return undefined;
    fits.push(fit);
  }
  const fitAt = (k: number) => fits[k] as FloatRecipe;
  return layOut(channels, 0, 96, (block, from) => [
    column(block, (k) => (bias[from + k] as number) + fitAt(from + k).d),
    Float32Array.from({ length: BLOCK }, (_, k) => (k < block.length ? fitAt(from + k).m : 0)),
    Float32Array.from({ length: BLOCK }, (_, k) => (k < block.length ? fitAt(from + k).c : 0)),
  ]);
}

function fixedRequantization(channels: readonly Channel[], bias: Int32Array): Requantization | undefined {
  const fits = blocksOf(channels).every((block) => {
    const common = commonShift(block);
    return common <= 28 && block.every((channel) => foldedConstants(channel, common) !== undefined);
  });
  if (!fits) return undefined;
  return layOut(channels, 1, 176, (block, from) => {
    const common = commonShift(block);
    const constants = block.map((channel) => foldedConstants(channel, common) as IntegerConstants);
    const of = (name: keyof IntegerConstants) => column(block, (k) => constants[k]?.[name] ?? 0);
    return [
      column(block, (k) => bias[from + k] as number),
      of('P'),
      column(block, (k) => block[k]?.fixed?.multiplier ?? 0),
      of('K'),
      of('D'),
      new Int32Array(4).fill(common + 1),
    ];
  });
}

function wideRequantization(channels: readonly Channel[], bias: Int32Array): Requantization {
  return layOut(channels, 2, 224, (block, from) => {
    const shifts = block.map(({ fixed }) => shiftsOf(fixed?.shift ?? 0));
    const right = (value: (right: number) => number) =>
      column(block, (k) => (shifts[k]?.right ? value(shifts[k].right) : 0));
    return [
      column(block, (k) => bias[from + k] as number),
      column(block, (k) => 2 ** (shifts[k]?.left ?? 0)),
      column(block, (k) => block[k]?.fixed?.multiplier ?? 0),
      right((r) => 2 ** (31 - r)),
      right(() => 2 ** 30),
      right((r) => 2 ** (31 - r)),
      column(block, (k) => (shifts[k]?.right ? 0 : -1)),
    ];
  });
}

/**
 * @param bias - what accumulators start from, one per channel
 * @returns undefined where no recipe is exact: a map that is not fixed point and has no float recipe
 */
export function requantization(
  channels: readonly Channel[],
  bias: Int32Array,
  clamp: Clamp,
): Requantization | undefined {
  const float = floatRequantization(channels, bias, clamp);
  if (float !== undefined) return float;
  if (channels.some(({ fixed }) => fixed === undefined)) return undefined;
  return fixedRequantization(channels, bias) ?? wideRequantization(channels, bias);
}
