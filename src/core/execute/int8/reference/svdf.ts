/**
 * SVDF: each filter multiplies the input, remembers the last `memory` results, and weighs them; `rank` filters make a unit.
 * Equals tflite/kernels/internal/reference/svdf.h (EvalIntegerSVDF).
 */
import { clamp } from '../../../model/rounding.ts';
import { multiplyByFixedPoint } from '../../fixed-point.ts';
import { saturateInt16 } from '../../fixed-point-16.ts';
import type { Step } from '../kernels.ts';
import type { SvdfParams } from '../recurrent-kernels.ts';

/** The state forgets its oldest column and receives the products of the input with every filter. */
function remember(params: SvdfParams, input: Int8Array, state: Int16Array): void {
  const { batch, inputs, units, rank, memory, featureWeights, inputZeroPoint, stateScale } = params;
  const filters = units * rank;
  state.copyWithin(0, 1);
  for (let row = 0; row < batch * filters; row++) {
    const [from, weights] = [Math.floor(row / filters) * inputs, (row % filters) * inputs];
    let sum = 0;
    for (let i = 0; i < inputs; i++)
      sum += (featureWeights[weights + i] as number) * ((input[from + i] as number) - inputZeroPoint);
    const scaled = multiplyByFixedPoint(sum | 0, stateScale.multiplier, stateScale.shift);
    state[(row + 1) * memory - 1] = saturateInt16(scaled);
  }
}

export function svdf(
  params: SvdfParams,
  { input, state }: { readonly input: Int8Array; readonly state: Int16Array },
  target: Int8Array,
): Step {
  const { batch, units, rank, memory, timeWeights, bias, outputScale, outputZeroPoint } = params;
  const filters = units * rank;
  return () => {
    remember(params, input, state);
    for (let o = 0; o < batch * units; o++) {
      const [sequence, unit] = [Math.floor(o / units), o % units];
      let sum = bias[unit] as number;
      for (let i = unit * rank * memory; i < (unit + 1) * rank * memory; i++)
        sum += (timeWeights[i] as number) * (state[sequence * filters * memory + i] as number);
      const scaled = multiplyByFixedPoint(sum | 0, outputScale.multiplier, outputScale.shift);
      target[o] = clamp(scaled + outputZeroPoint, -128, 127);
    }
  };
}
