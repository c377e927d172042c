/**
 * How a layer's int32 accumulators become outputs: for every block of eight channels one of the recipes of
 * assembly/requantize.ts, the cheapest that gives the reference's results for all accumulators that the block can reach.
 */
import { fitFloat, fitSigned } from './float-recipe.ts';
import { type Channel, type Clamp, Steps } from './steps.ts';

export const BLOCK = 8;
/** Bytes of a block's constants: up to seven columns of eight, then the recipe. */
export const PARAM_BYTES = 240;
const RECIPE_AT = 224;

/** 0: float, which gives results above the lower bound; 1: signed, 2: fixed, 3: wide, 4: nearest, above the zero point. */
export type Recipe = 0 | 1 | 2 | 3 | 4;

export interface Requantization {
  /** One per block. */
  readonly recipes: readonly Recipe[];
  readonly params: Uint8Array;
}

/** Channels with what their accumulators start from; a block has eight at most. */
interface Block {
  readonly channels: readonly Channel[];
  readonly bias: readonly number[];
  readonly clamp: Clamp;
  readonly steps: Steps;
}
interface Constants {
  readonly recipe: Recipe;
  readonly columns: readonly (Int32Array | Float32Array)[];
}

/** One entry a channel, 0 where there is none. */
function integers({ channels }: Block, entry: (k: number) => number): Int32Array {
  return Int32Array.from({ length: BLOCK }, (_, k) => (k < channels.length ? entry(k) : 0));
}
function floats({ channels }: Block, entry: (k: number) => number): Float32Array {
  return Float32Array.from({ length: BLOCK }, (_, k) => (k < channels.length ? entry(k) : 0));
}

/** What `find` gives for each channel; undefined where it gives nothing for one. */
function fitAll<T>({ channels }: Block, find: (channel: Channel) => T | undefined): readonly T[] | undefined {
  const fits: T[] = [];
  for (const channel of channels) {
    const found = find(channel);
    if (found === undefined) return undefined;
    fits.push(found);
  }
  return fits;
}

function floatConstants(block: Block): Constants | undefined {
  const { bias, clamp, steps } = block;
  const fits = fitAll(block, (channel) => fitFloat(steps, channel, clamp));
  return (
    fits && {
      recipe: 0,
      columns: [
        integers(block, (k) => (bias[k] as number) + (fits[k]?.d ?? 0)),
        floats(block, (k) => fits[k]?.m ?? 0),
        floats(block, (k) => fits[k]?.c ?? 0),
      ],
    }
  );
}

function signedConstants(block: Block): Constants | undefined {
  const { bias, clamp, steps } = block;
  const fits = fitAll(block, (channel) => fitSigned(steps, channel, clamp));
  return (
    fits && {
      recipe: 1,
      columns: [
        integers(block, (k) => bias[k] as number),
        floats(block, (k) => fits[k]?.m ?? 0),
        floats(block, (k) => fits[k]?.c ?? 0),
      ],
    }
  );
}

/** Products below this keep their place when assembly/requantize.ts adds 1.5 · 2^23 to have them rounded. */
const NEAREST_LIMIT = 2 ** 21;

/** The map itself, as XNNPACK computes it: no proof is needed, only that nothing leaves the number ranges. */
function nearestConstants(block: Block): Constants | undefined {
  const factors = fitAll(block, ({ least, most, nearest }) => {
    const reach = Math.max(Math.abs(least), Math.abs(most));
    return nearest !== undefined && reach < 2 ** 31 && reach * nearest < NEAREST_LIMIT ? nearest : undefined;
  });
  return (
    factors && {
      recipe: 4,
      columns: [integers(block, (k) => block.bias[k] as number), floats(block, (k) => factors[k] ?? 0)],
    }
  );
}

/** The shift of a channel as two that are not negative. */
function shiftsOf({ fixed }: Channel): { readonly left: number; readonly right: number } {
  const shift = fixed?.shift ?? 0;
  return { left: Math.max(shift, 0), right: Math.max(-shift, 0) };
}

/**
 * One product with both roundings folded in: (acc · P · M) >> 32 + K − [acc < 0] · D, shifted right by `common` + 1, where
 * P = 2^(left + e + 2) brings the channels of a block to the shift `common` that they share, e = common − right.
 */
function foldedConstants(channel: Channel, common: number) {
  const { left, right } = shiftsOf(channel);
  const e = common - right;
  const P = 2 ** (left + e + 2);
  if (Math.max(Math.abs(channel.least), Math.abs(channel.most)) * P >= 2 ** 31) return undefined;
  return { P, K: 2 ** e + (right > 0 ? 2 ** common : 0), D: right > 0 ? 2 ** (e + 1) : 0 };
}

function fixedConstants(block: Block): Constants | undefined {
  const { channels, bias } = block;
  const common = Math.max(...channels.map((channel) => shiftsOf(channel).right));
  const fits = common > 28 ? undefined : fitAll(block, (channel) => foldedConstants(channel, common));
  return (
    fits && {
      recipe: 2,
      columns: [
        integers(block, (k) => bias[k] as number),
        integers(block, (k) => fits[k]?.P ?? 0),
        integers(block, (k) => channels[k]?.fixed?.multiplier ?? 0),
        integers(block, (k) => fits[k]?.K ?? 0),
        integers(block, (k) => fits[k]?.D ?? 0),
        new Int32Array(4).fill(common + 1),
      ],
    }
  );
}

function wideConstants(block: Block): Constants {
  const { channels, bias } = block;
  const shifts = channels.map(shiftsOf);
  const right = (value: (right: number) => number) =>
    integers(block, (k) => (shifts[k]?.right ? value(shifts[k].right) : 0));
  return {
    recipe: 3,
    columns: [
      integers(block, (k) => bias[k] as number),
      integers(block, (k) => 2 ** (shifts[k]?.left ?? 0)),
      integers(block, (k) => channels[k]?.fixed?.multiplier ?? 0),
      right((r) => 2 ** (31 - r)),
      right(() => 2 ** 30),
      right((r) => 2 ** (31 - r)),
      integers(block, (k) => (shifts[k]?.right ? 0 : -1)),
    ],
  };
}

function constantsOf(block: Block): Constants | undefined {
  const float = nearestConstants(block) ?? floatConstants(block) ?? signedConstants(block);
  if (float !== undefined || block.channels.some(({ fixed }) => fixed === undefined)) return float;
  return fixedConstants(block) ?? wideConstants(block);
}

function write(target: Uint8Array, { recipe, columns }: Constants): void {
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of columns) {
    target.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  target[RECIPE_AT] = recipe;
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
  const steps = new Steps();
  const recipes: Recipe[] = [];
  const params = new Uint8Array(Math.ceil(channels.length / BLOCK) * PARAM_BYTES);
  for (let from = 0; from < channels.length; from += BLOCK) {
    const to = from + BLOCK;
    const block = { channels: channels.slice(from, to), bias: [...bias.subarray(from, to)], clamp, steps };
    const constants = constantsOf(block);
    if (constants === undefined) return undefined;
    write(params.subarray(recipes.length * PARAM_BYTES), constants);
    recipes.push(constants.recipe);
  }
  return { recipes, params };
}
