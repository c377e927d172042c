/**
 * HARD_SWISH, x · relu6(x + 3) / 6, in 16-bit fixed point.
 * Equals tflite/kernels/internal/reference/hard_swish.h (HardSwish, quantized).
 */
import { divideByPowerOfTwo, type FixedPoint } from '../../fixed-point.ts';
import { doublingHighMultiply16, INT16_MAX, saturateInt16 } from '../../fixed-point-16.ts';
import type { Int8Value, OpContext } from '../context.ts';

/** DownScaleInt32ToInt16Multiplier. */
function narrowed(multiplier: number): number {
  return multiplier >= 2 ** 31 - 1 - 2 ** 15 ? INT16_MAX : (multiplier + 2 ** 15) >> 16;
}

/**
 * RoundingDivideByPOT on int16, whose mask of 16 bits and more is −1: what should vanish becomes one step, 0 too. Only
 * scales some 2^10 apart lead there.
 */
function divideInt16ByPowerOfTwo(x: number, exponent: number): number {
  if (exponent < 16) return divideByPowerOfTwo(x, exponent);
  return x >= 0 ? 1 : -1;
}

/** The input as a share of [−3, 3], as int16: rescaled with saturation at the last doubling only. */
function reluish(hires: number, multiplier: number, { shift }: FixedPoint): number {
  let share = shift > 0 ? saturateInt16(hires * 2 ** (shift - 1)) : hires;
  share = doublingHighMultiply16(share, multiplier);
  if (shift > 0) share = saturateInt16(share * 2);
  if (shift < 0) share = divideInt16ByPowerOfTwo(share, -shift);
  return (share + 2 ** 15) >> 1;
}

export function hardSwish(
  context: OpContext,
  input: Int8Value,
  output: Int8Value,
): (value: number) => number {
  const hiresScale = Math.fround(Math.fround(1 / 128) * input.scale);
  const scaled = context.fixedPoint(Math.fround(hiresScale / output.scale));
  const share = context.fixedPoint(Math.fround(hiresScale / Math.fround(3 / 32768)));
  if (scaled.shift > 0) throw context.invalid('the output scale is too small for its input');
  const [scaledMultiplier, shareMultiplier] = [narrowed(scaled.multiplier), narrowed(share.multiplier)];
  return (value) => {
    const hires = (value - input.zeroPoint) << 7;
    const preshift = doublingHighMultiply16(hires, scaledMultiplier);
    const product = saturateInt16(Math.trunc((reluish(hires, shareMultiplier, share) * preshift) / 2 ** 15));
    return divideInt16ByPowerOfTwo(product, -scaled.shift) + output.zeroPoint;
  };
}
