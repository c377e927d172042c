import { Problem } from '../problem.ts';
import { allocate } from './data.ts';
import { integerLimits } from './quantized-values.ts';
import { clamp, roundHalfAway } from './rounding.ts';
import type { Elements, Tensor } from './types.ts';

const ranges: Readonly<Partial<Record<Tensor['dtype'], readonly [number, number]>>> = {
  ...integerLimits,
  bool: [0, 1],
  uint16: [0, 65535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
};

/**
 * Real numbers as elements of `input`: as they are for float inputs, quantized where the input has a scale
 * (round(x / scale) + zero point in float32, clamped), else as integers, which they must be.
 * @throws Problem `images/shape` for a number that an integer input without a scale cannot hold.
 */
export function storedValues(reals: ArrayLike<number>, input: Tensor): Elements {
  const out = allocate(input.dtype, reals.length);
  if (out instanceof BigInt64Array || out instanceof BigUint64Array) {
    for (let i = 0; i < reals.length; i++) out[i] = BigInt(Math.round(reals[i] ?? 0));
    return out;
  }
  const range = ranges[input.dtype];
  if (range === undefined) {
    for (let i = 0; i < reals.length; i++) out[i] = reals[i] ?? 0;
    return out;
  }
  const { scale, zeroPoint } = input.quant ?? {};
  const [step, zero] = [scale?.[0], zeroPoint?.[0] ?? 0];
  const [low, high] = range;
  for (let i = 0; i < reals.length; i++) {
    const real = reals[i] ?? 0;
    if (step === undefined && !(Number.isInteger(real) && real >= low && real <= high))
      throw unstorable(real, input);
    out[i] = step === undefined ? real : clamp(roundHalfAway(Math.fround(real / step)) + zero, low, high);
  }
  return out;
}

function unstorable(value: number, input: Tensor): Problem {
  return new Problem(
    'images/shape',
    `The input "${input.name}" is ${input.dtype} without a scale and cannot hold ${value}.`,
    {
      input: input.name,
      dtype: input.dtype,
      value,
    },
  );
}
