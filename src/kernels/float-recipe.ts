/**
 * The float recipe of assembly/requantize.ts for one channel: constants that are proved to give the reference's results.
 *
 * The proof rests on monotony. The reference's map and the recipe are both monotone in the accumulator (converting,
 * multiplying by a positive number, adding and truncating all are), and between the clamps there are at most 255 steps.
 * Where both sides of each step agree, everything between agrees.
 */
import type { Channel, Clamp, Steps } from './steps.ts';

/** trunc(f32(f32(accumulator + d) · m) + c) is the result above `low`, or 0 and less where the result is clamped. */
export interface FloatRecipe {
  readonly m: number;
  readonly c: number;
  /** Integer added through the bias: it brings the steps near 0 and is another draw of the float32 roundings. */
  readonly d: number;
}

const f32 = Math.fround;
/** A float32 some units of its last place away. */
function neighbour(x: number, units: number): number {
  return f32(x * (1 + units * 2 ** -23));
}

/** Whether a recipe makes the first `count` steps where the reference does, or only the first `count` tight ones. */
function holds({ at, rise, tight }: Steps, count: number, { m, c, d }: FloatRecipe, only?: 'tight'): boolean {
  for (let n = 0; n < count; n++) {
    const i = only ? (tight[n] as number) : n;
    const x = (at[i] as number) + d;
    const k = rise[i] as number;
    // Said so that NaN does not hold.
    if (!(f32(f32(f32(x) * m) + c) >= k && f32(f32(f32(x - 1) * m) + c) < k)) return false;
  }
  return true;
}

/** Results below 256 are rounded by at most half of this, the product and the sum each. */
const ROUNDING = 2 ** -16;

/**
 * In real numbers a step at x to k allows any c with k − x · m ≤ c < k − (x − 1) · m. Notes the steps that come within
 * rounding of the ends of what all of them allow.
 * @returns their number; 0 where nothing near to a common c is left
 */
function findTight({ at, rise, count, tight }: Steps, m: number): number {
  let [least, most] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < count; i++) {
    const end = (rise[i] as number) - (at[i] as number) * m;
    if (end > least) least = end;
    if (end + m < most) most = end + m;
  }
  if (least > most + 2 * ROUNDING) return 0;
  let found = 0;
  for (let i = 0; i < count; i++) {
    const end = (rise[i] as number) - (at[i] as number) * m;
    if (end > least - 3 * ROUNDING || end + m < most + 3 * ROUNDING) tight[found++] = i;
  }
  return found;
}

/** A c in the middle of what the tight steps allow in float32. */
function middleOf({ at, rise, tight }: Steps, count: number, m: number, d: number): number {
  let [least, most] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let n = 0; n < count; n++) {
    const i = tight[n] as number;
    const x = (at[i] as number) + d;
    least = Math.max(least, (rise[i] as number) - f32(f32(x) * m));
    most = Math.min(most, (rise[i] as number) - f32(f32(x - 1) * m));
  }
  return f32((least + most) / 2);
}

/** Draws of d for each m in turn. Tight steps decide first; all of them are proved in the end. */
function drawFloat(steps: Steps, m: number, centre: number, draws: number): FloatRecipe | undefined {
  const tight = findTight(steps, m);
  if (tight === 0) return undefined;
  for (let draw = 0; draw < draws; draw++) {
    const d = centre + (draw % 2 === 0 ? 1 : -1) * Math.ceil(draw / 2);
    const middle = middleOf(steps, tight, m, d);
    for (const nudge of [0, 1, -1]) {
      const recipe = { m, c: neighbour(middle, nudge), d };
      if (holds(steps, tight, recipe, 'tight') && holds(steps, steps.count, recipe)) return recipe;
    }
  }
  return undefined;
}

/** A result that no reachable accumulator changes. */
function constantRecipe({ least, exact }: Channel, { low, high }: Clamp): FloatRecipe {
  return { m: 0, c: Math.min(Math.max(exact(least), low), high) - low + 0.5, d: 0 };
}

/** trunc(f32(f32(accumulator) · m) + c with the accumulator's sign) is the result, 0 < c < 1. */
export type SignedRecipe = Pick<FloatRecipe, 'm' | 'c'>;

function signedHolds({ at, rise, count }: Steps, low: number, { m, c }: SignedRecipe): boolean {
  if (!(c > 0 && c < 1)) return false;
  const value = (x: number) => Math.trunc(f32(f32(f32(x) * m) + (x < 0 ? -c : c)));
  for (let i = 0; i < count; i++) {
    const x = at[i] as number;
    const k = (rise[i] as number) + low;
    if (!(value(x) >= k && value(x - 1) < k)) return false;
  }
  return true;
}

/** A c in the middle of what the steps allow in float32, those below 0 mirrored. */
function signedMiddle({ at, rise, count }: Steps, low: number, m: number): number {
  let [least, most] = [0, 1];
  for (let i = 0; i < count; i++) {
    const x = at[i] as number;
    const k = (rise[i] as number) + low;
    // Above 0: F(x) + c ≥ k and F(x − 1) + c < k. Below, where truncation is upwards: F(x) − c > k − 1, F(x − 1) − c ≤ k − 1.
    const [here, before] = k > 0 ? [k - f32(f32(x) * m), k - f32(f32(x - 1) * m)] : belowZero(x, k, m);
    least = Math.max(least, here);
    most = Math.min(most, before);
  }
  return f32((least + most) / 2);
}
function belowZero(x: number, k: number, m: number): readonly [number, number] {
  return [f32(f32(x - 1) * m) - (k - 1), x < 0 ? f32(f32(x) * m) - (k - 1) : 1];
}

/**
 * For results on both sides of 0, where ties go away from 0 and no single line fits.
 * @param steps - scratch space
 * @returns undefined where no draw is exact
 */
export function fitSigned(steps: Steps, channel: Channel, clamp: Clamp): SignedRecipe | undefined {
  if (!isMonotone(channel)) return undefined;
  steps.find(channel, clamp);
  const middle = f32(channel.real);
  for (const slope of [0, 1, -1, 2, -2, 3, -3]) {
    const m = neighbour(middle, slope);
    const c = signedMiddle(steps, clamp.low, m);
    for (const nudge of [0, 1, -1]) {
      const recipe = { m, c: neighbour(c, nudge) };
      if (signedHolds(steps, clamp.low, recipe)) return recipe;
    }
  }
  return undefined;
}

/** Whether the reference's map is monotone within reach, where a left shift may wrap, and results fit an instruction. */
function isMonotone({ least, most, real, fixed }: Channel): boolean {
  const left = fixed === undefined ? 0 : Math.max(fixed.shift, 0);
  const reach = Math.max(Math.abs(least), Math.abs(most));
  return reach * 2 ** left < 2 ** 31 && (most - least) * real < 2 ** 22;
}

/** Draws of d for one channel; more cost more time than they save. */
const DRAWS = 60;

/** @param steps - scratch space
 * @returns undefined where no draw is exact */
export function fitFloat(steps: Steps, channel: Channel, clamp: Clamp): FloatRecipe | undefined {
  if (!isMonotone(channel)) return undefined;
  const { least, most, real } = channel;
  const reach = Math.max(Math.abs(least), Math.abs(most));
  steps.find(channel, clamp);
  if (steps.count === 0) return constantRecipe(channel, clamp);
  // Integers up to 2^24 are float32 numbers: where accumulators are greater, the steps are brought near 0.
  const middle = ((steps.at[0] as number) + (steps.at[steps.count - 1] as number)) / 2;
  const centre = reach >= 2 ** 24 ? -Math.round(middle) : 0;
  for (const slope of [0, 1, -1, 2, -2]) {
    const fit = drawFloat(steps, neighbour(f32(real), slope), centre, DRAWS);
    if (fit !== undefined) return fit;
  }
  return undefined;
}
