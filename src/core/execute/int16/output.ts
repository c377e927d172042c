/** From the accumulators of 16×8 kernels to int16. */
import { clamp, roundHalfAway } from '../../model/rounding.ts';
import { type FixedPoint, multiplyByFixedPoint, multiplyWide } from '../fixed-point.ts';
import type { Columns, WritePixels } from '../int8/reference/output.ts';

/**
 * 'wide': 64-bit accumulators, the rule. 'narrow': 32-bit accumulators, where the bias is int32. 'real': a product in
 * float64, as LiteRT's reference FULLY_CONNECTED computes. One entry serves all channels, several are one per channel.
 */
export type WideRescale =
  | { readonly kind: 'wide' | 'narrow'; readonly factors: readonly FixedPoint[] }
  | { readonly kind: 'real'; readonly factors: readonly number[] };

export interface WideOutput {
  readonly rescale: WideRescale;
  readonly min: number;
  readonly max: number;
}

type Rescaler = (sum: number, channel: number) => number;

/** Accumulators to steps of the output, by their channel. */
function rescaler({ kind, factors }: WideRescale, channels: number): Rescaler {
  const at = (channel: number): number => (factors.length === 1 ? 0 : channel);
  if (kind === 'real') {
    const real = Float64Array.from({ length: channels }, (_, c) => factors[at(c)] as number);
    return (sum, c) => roundHalfAway(sum * (real[c] as number));
  }
  const fixed = (c: number): FixedPoint => factors[at(c)] as FixedPoint;
  const multipliers = Int32Array.from({ length: channels }, (_, c) => fixed(c).multiplier);
  const shifts = Int32Array.from({ length: channels }, (_, c) => fixed(c).shift);
  if (kind === 'wide') return (sum, c) => multiplyWide(sum, multipliers[c] as number, shifts[c] as number);
  return (sum, c) => multiplyByFixedPoint(sum | 0, multipliers[c] as number, shifts[c] as number);
}

export function prepareWideOutput(
  { rescale, min, max }: WideOutput,
  { columns, stride }: Columns,
  target: Int16Array,
): WritePixels {
  const finish = rescaler(rescale, columns.length);
  return ({ accumulators, count, offset }) => {
    for (let p = 0, o = offset; p < count; p++) {
      for (let c = 0; c < columns.length; c++, o++) {
        const sum = accumulators[p * stride + (columns[c] as number)] as number;
        target[o] = clamp(finish(sum, c), min, max);
      }
    }
  };
}
