/** ARG_MAX, ARG_MIN (reference/arg_min_max.h) and TOPK_V2 (tflite/kernels/topk_v2.cc): raw values are compared. */

import type { ArgParams, TopParams } from '../kernel-params.ts';
import type { Step } from '../kernels.ts';

export function argExtreme(
  { outer, depth, inner, sign }: ArgParams,
  input: Int8Array | Float32Array,
  target: Int32Array | BigInt64Array,
): Step {
  const wide = target instanceof BigInt64Array;
  return () => {
    for (let o = 0; o < outer * inner; o++) {
      const start = Math.floor(o / inner) * depth * inner + (o % inner);
      let best = 0;
      for (let d = 1; d < depth; d++) {
        const value = input[start + d * inner] as number;
        if (sign * value > sign * (input[start + best * inner] as number)) best = d;
      }
      target[o] = wide ? BigInt(best) : best;
    }
  };
}

export function topK<T extends Int8Array | Int16Array | Float32Array>(
  { rows, depth, count }: TopParams,
  input: T,
  { values, indices }: { readonly values: T; readonly indices: Int32Array },
): Step {
  const order = new Int32Array(depth);
  return () => {
    for (let row = 0; row < rows; row++) {
      const start = row * depth;
      for (let d = 0; d < depth; d++) order[d] = d;
      order.sort((a, b) => (input[start + b] as number) - (input[start + a] as number) || a - b);
      for (let k = 0; k < count; k++) {
        const position = order[k] as number;
        indices[row * count + k] = position;
        values[row * count + k] = input[start + position] as number;
      }
    }
  };
}
