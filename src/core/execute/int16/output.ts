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

/** The rescaling of one channel's accumulators. */
function rescaler(rescale: WideRescale, channel: number): (sum: number) => number {
  const position = rescale.factors.length === 1 ? 0 : channel;
  if (rescale.kind === 'real') {
    const factor = rescale.factors[position] as number;
    return (sum) => roundHalfAway(sum * factor);
  }
  const { multiplier, shift } = rescale.factors[position] as FixedPoint;
  if (rescale.kind === 'wide') return (sum) => multiplyWide(sum, multiplier, shift);
  return (sum) => multiplyByFixedPoint(sum | 0, multiplier, shift);
}

export function prepareWideOutput(
  { rescale, min, max }: WideOutput,
  { columns, stride }: Columns,
  target: Int16Array,
): WritePixels {
  const rescalers = Array.from(columns, (_, channel) => rescaler(rescale, channel));
  return ({ accumulators, count, offset }) => {
    for (let p = 0, o = offset; p < count; p++) {
      for (let c = 0; c < columns.length; c++, o++) {
        const sum = accumulators[p * stride + (columns[c] as number)] as number;
        target[o] = clamp((rescalers[c] as (sum: number) => number)(sum), min, max);
      }
    }
  };
}
