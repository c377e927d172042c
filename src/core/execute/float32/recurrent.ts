/** What float kernels with a memory share (tflite/kernels/internal/reference/portable_tensor_utils.cc). */
import type { Activation } from '../../model/options.ts';
import { clamp } from '../../model/rounding.ts';

const f = Math.fround;

/** The elements of one vector within an array. */
export interface Slice {
  readonly data: Float32Array;
  readonly from: number;
}

/** Σ a · b over `length` elements, each product and sum rounded. */
export function dot(a: Slice, b: Slice, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++)
    sum = f(sum + f((a.data[a.from + i] as number) * (b.data[b.from + i] as number)));
  return sum;
}

/** The function of an op's activation; `undefined` for one that has none. */
export function activationFunction(activation: Activation): ((x: number) => number) | undefined {
  switch (activation) {
    case 'NONE':
      return (x) => x;
    case 'RELU':
      return (x) => Math.max(x, 0);
    case 'RELU6':
      return (x) => clamp(x, 0, 6);
    case 'RELU_N1_TO_1':
      return (x) => clamp(x, -1, 1);
    case 'TANH':
      return (x) => f(Math.tanh(x));
    case 'SIGN_BIT':
      return undefined;
    default:
      return activation satisfies never;
  }
}
