/**
 * Layer normalization of a gate in place: mean and deviation with ten extra bits.
 * Equals ApplyLayerNorm of tflite/kernels/internal/reference/portable_tensor_utils.cc.
 */
import { multiplyByFixedPoint } from '../../fixed-point.ts';
import { saturateInt16 } from '../../fixed-point-16.ts';
import { inverseSquareRoot } from '../../fixed-point-functions.ts';
import type { LayerNorm } from '../recurrent-kernels.ts';

/** Values are at most 2^15 and vectors far shorter than 2^18, so that every sum is exact in float64. */
export function layerNorm({ weights, bias, scale, leastVariance }: LayerNorm, values: Int16Array): void {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = Math.trunc((sum * 1024) / values.length);
  const spread = squares * Math.trunc(2 ** 20 / values.length) - mean * mean;
  const variance = Math.trunc(spread / 2 ** 20);
  const inverse = inverseSquareRoot(variance < 1 ? leastVariance : variance);
  for (let i = 0; i < values.length; i++) {
    const shifted = 1024 * (values[i] as number) - mean;
    const rescaled = multiplyByFixedPoint(shifted, inverse.multiplier, inverse.shift);
    const weighed = rescaled * (weights[i] as number) + (bias[i] as number);
    const rounded = Math.trunc((weighed > 0 ? weighed + 512 : weighed - 512) / 1024);
    values[i] = saturateInt16(multiplyByFixedPoint(rounded, scale.multiplier, scale.shift + 12));
  }
}
