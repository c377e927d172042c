import { roundHalfEven } from '../model/rounding.ts';
import type { TensorData } from '../model/types.ts';
import { floatsOf, type Grid } from './grid.ts';

const int32 = { min: -(2 ** 31), max: 2 ** 31 - 1 } as const;
/** Steps from −(2^31 − 1) to 2^31 − 1. */
const steps = int32.max - (int32.min + 1);
/** Room for what float32 scales lose. Source: as `widenForBias`. */
const epsilon = 1.0001;

/**
 * Weight scales, raised where a bias would not fit into int32 at scale s_in · s_w. The weights are then quantized with the raised scale.
 * Source: onnxruntime 1.30, quantization/qdq_quantizer.py, _adjust_weight_scale_for_int32_bias, float32 steps included.
 * @param scale - of the input, factors of the op included
 * @param bias - one for each scale of the weights, or all of them for the one scale
 */
export function widenForBias(weights: Grid, scale: number, bias: Float32Array): Grid {
  if (weights.zeroPoint !== 0) return weights;
  const widened = weights.scale.map((own, i) => {
    const candidate = scale * own;
    const smallest = weights.axis === undefined ? smallestForAll(bias) : smallestForOne(bias, i, weights);
    return candidate < smallest && candidate > 0 ? own * (smallest / candidate) : own;
  });
  return { ...weights, scale: widened };
}

function smallestForAll(bias: Float32Array): number {
  const largest = bias.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return (epsilon * (2 * largest)) / steps;
}

/** Of channel i, and of those that share its scale in other groups of a transposed convolution. */
function smallestForOne(bias: Float32Array, i: number, { scale }: Grid): number {
  let largest = 0;
  for (let at = i; at < bias.length; at += scale.length) largest = Math.max(largest, Math.abs(bias[at] ?? 0));
  return Math.fround(Math.fround(epsilon) * Math.fround(2 * largest)) / steps;
}

/** A bias as int32, with the scale of each of its elements or the one of all. */
export interface IntegerBias {
  readonly values: TensorData;
  readonly scale: Float32Array;
  /** 0 where each element has a scale. */
  readonly axis?: 0;
}

/**
 * A bias in units of s_in · s_w, so that it adds to integer products as it is.
 * Source: onnxruntime 1.30, quantization/base_quantizer.py, quantize_bias_static_impl.
 * @param scale - of the input, factors of the op included
 */
export function quantizeBias(bias: TensorData, scale: number, weights: Grid): IntegerBias {
  const reals = floatsOf(bias);
  const input = Math.fround(scale);
  // A transposed convolution's weights have one scale for the same channel of every group.
  const count = weights.axis === undefined ? 1 : reals.length;
  const scales = Float32Array.from(
    { length: count },
    (_, i) => input * (weights.scale[i % weights.scale.length] ?? 1),
  );
  const data = Int32Array.from(reals, (real, i) => {
    const q = roundHalfEven(real / (scales[i % count] ?? 1));
    return Math.min(Math.max(q, int32.min), int32.max);
  });
  const values = { dtype: 'int32', shape: bias.shape, data } as const;
  return { values, scale: scales, ...(weights.axis !== undefined && { axis: 0 as const }) };
}
