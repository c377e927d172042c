/** The map from accumulators to outputs as a list of steps: all that a proof has to look at. */
import { multiplyByFixedPoint } from '../core/execute/fixed-point.ts';
import type { Rescale } from '../core/execute/int8/kernel-params.ts';
import { roundHalfAway, roundHalfEven } from '../core/model/rounding.ts';

/** One output channel. */
export interface Channel {
  /** Every accumulator lies between these. */
  readonly least: number;
  readonly most: number;
  /** What an accumulator is multiplied by, approximately. */
  readonly real: number;
  /** The reference's result for an accumulator, before the zero point is added and bounds are applied. Monotone. */
  readonly exact: (accumulator: number) => number;
  /** Where the map is MultiplyByQuantizedMultiplier. */
  readonly fixed?: { readonly multiplier: number; readonly shift: number };
  /** Where the map is the accumulator as float32 times this in float32, rounded half to even. */
  readonly nearest?: number;
}
export type Reach = Pick<Channel, 'least' | 'most'>;

/** Bounds of the output less its zero point. */
export interface Clamp {
  readonly low: number;
  readonly high: number;
}

export function fixedChannel(
  { multiplier, shift }: { readonly multiplier: number; readonly shift: number },
  reach: Reach,
): Channel {
  return {
    ...reach,
    real: (multiplier / 2 ** 31) * 2 ** shift,
    exact: (accumulator) => multiplyByFixedPoint(accumulator, multiplier, shift),
    fixed: { multiplier, shift },
  };
}

/** Output channel `index` of a layer, or of an op with one multiplier for all. */
export function channelOf(rescale: Rescale, index: number, reach: Reach): Channel {
  const pick = (values: Int32Array | Float32Array | Float64Array) =>
    values[values.length === 1 ? 0 : index] as number;
  if (rescale.kind === 'fixed')
    return fixedChannel({ multiplier: pick(rescale.multiplier), shift: pick(rescale.shift) }, reach);
  const factor = pick(rescale.factor);
  if (rescale.kind === 'real')
    return { ...reach, real: factor, exact: (accumulator) => roundHalfAway(accumulator * factor) };
  return {
    ...reach,
    real: factor,
    exact: (accumulator) => roundHalfEven(Math.fround(Math.fround(accumulator) * factor)),
    nearest: factor,
  };
}

/**
 * Where MultiplyByQuantizedMultiplier, shifting right by s, first gives k: half of 2^s and above rounds to k, for k ≤ 0 only
 * above half, because ties go away from 0; and ⌊(x · M + 2^30) / 2^31⌋ ≥ y is x ≥ (y − 1/2) · 2^31 / M.
 */
function crossings({ multiplier, shift }: { readonly multiplier: number; readonly shift: number }) {
  const scale = 2 ** 31 / multiplier;
  const one = 2 ** -shift;
  const half = shift < 0 ? one / 2 : 0;
  const tie = shift < 0 ? 1 : 0;
  return (k: number): number => (k * one - half + (k <= 0 ? tie : 0) - 0.5) * scale;
}
/** Rounded to float64, a crossing is off by far less than this. */
const DOUBT = 1e-4;

/** The steps of a channel between its bounds: `at[i]` is the smallest accumulator whose result is `low` + `rise[i]` or more. */
export class Steps {
  readonly at = new Int32Array(256);
  readonly rise = new Int32Array(256);
  count = 0;
  /** Positions of the steps that leave least room. */
  readonly tight = new Int32Array(256);

  /** Only steps that reachable accumulators cross are kept. */
  find(channel: Channel, { low, high }: Clamp): void {
    const { least, most } = channel;
    this.count = 0;
    if (channel.real === 0) return;
    const { fixed } = channel;
    const crossing = fixed !== undefined && fixed.shift <= 0 ? crossings(fixed) : undefined;
    for (let k = low + 1; k <= high; k++) {
      const x = firstAt(channel, k, crossing?.(k));
      if (x <= least) continue;
      if (x > most) return;
      this.at[this.count] = x;
      this.rise[this.count++] = k - low;
    }
  }
}

/**
 * Smallest accumulator whose result is k or more, as far as it lies within the channel's reach.
 * @param crossing - the real number from which on it is, where that is known
 */
function firstAt({ least, most, real, exact }: Channel, k: number, crossing: number | undefined): number {
  if (crossing !== undefined && Math.abs(crossing - Math.round(crossing)) > DOUBT) return Math.ceil(crossing);
  let x = Math.min(Math.max(Math.ceil((k - 0.5) / real), least), most);
  while (x <= most && exact(x) < k) x++;
  while (x > least && exact(x - 1) >= k) x--;
  return x;
}
