import { indexAlong, integerLimits, quantizedHalfEven } from '../model/quantized-values.ts';
import { roundHalfEven } from '../model/rounding.ts';
import type { TensorData } from '../model/types.ts';
import { Problem } from '../problem.ts';

/** Extremes of the values that a tensor was seen to take. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What integers of a tensor stand for: real = (q − zeroPoint) · scale. */
export interface Grid {
  readonly dtype: 'int8' | 'uint8';
  /** One for the whole tensor, or one for each slice along `axis`. */
  readonly scale: Float32Array;
  /** The same for every slice: what is quantized per channel is symmetric. */
  readonly zeroPoint: number;
  /** Absent where the whole tensor has one scale. */
  readonly axis?: number;
}

interface Steps {
  readonly dtype: Grid['dtype'];
  /** The range is made symmetric; int8 then leaves −128 unused. */
  readonly symmetric: boolean;
}

/** Smallest normal float32, below which a scale counts as none. */
const tiny = 2 ** -126;

/**
 * The grid of a finite range, widened to hold 0: in float32 and float64 where onnxruntime counts so, to equal its numbers.
 * Source: onnxruntime 1.30, quantization/quant_utils.py, compute_scale_zp.
 */
export function rangeGrid(range: Range, { dtype, symmetric }: Steps): Grid {
  let min = Math.min(Math.fround(range.min), 0);
  let max = Math.max(Math.fround(range.max), 0);
  if (symmetric) {
    max = Math.max(-min, max);
    min = -max;
  }
  const [lowest, high] = integerLimits[dtype];
  const low = symmetric && dtype === 'int8' ? -127 : lowest;
  const scale = Math.fround(max - min) / (high - low);
  if (scale < tiny) return { dtype, scale: Float32Array.of(1), zeroPoint: 0 };
  const zeroPoint = roundHalfEven(symmetric ? (low + high) / 2 : low - min / scale);
  return { dtype, scale: Float32Array.of(scale), zeroPoint };
}

/** The grid of a constant of finite values by its own extremes; symmetric in every slice along `axis` when there is one. */
export function constantGrid(value: TensorData, steps: Steps & { readonly axis?: number | undefined }): Grid {
  const { axis } = steps;
  const count = axis === undefined ? 1 : (value.shape[axis] ?? 1);
  const sliceOf = indexAlong(value.shape, axis);
  const min = new Float32Array(count);
  const max = new Float32Array(count);
  const reals = floatsOf(value);
  for (let i = 0; i < reals.length; i++) {
    const slice = sliceOf(i);
    const real = reals[i] ?? 0;
    if (real < (min[slice] ?? 0)) min[slice] = real;
    if (real > (max[slice] ?? 0)) max[slice] = real;
  }
  const how = { dtype: steps.dtype, symmetric: steps.symmetric || axis !== undefined };
  const grids = Array.from(min, (low, i) => rangeGrid({ min: low, max: max[i] ?? 0 }, how));
  return {
    dtype: how.dtype,
    scale: Float32Array.from(grids, (grid) => grid.scale[0] ?? 1),
    zeroPoint: grids[0]?.zeroPoint ?? 0,
    ...(axis !== undefined && { axis }),
  };
}

/** A constant as integers of a grid. */
export function quantizeConstant(value: TensorData, { dtype, scale, zeroPoint, axis = 0 }: Grid): TensorData {
  const quant = { scale, zeroPoint: new Int32Array(scale.length).fill(zeroPoint), axis };
  return quantizedHalfEven({ ...value, data: floatsOf(value) }, { dtype, quant });
}

/** Elements of a float32 constant. */
export function floatsOf({ dtype, data }: TensorData): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new Error(`${dtype} is not float32`);
}

/** @throws Problem `model/not-finite` for a constant that no integers stand for. */
export function checkFinite(name: string, value: TensorData): void {
  if (floatsOf(value).every(Number.isFinite)) return;
  const text = `The constant “${name}” holds NaN or an infinity, which no integer stands for.`;
  throw new Problem('model/not-finite', text, { name });
}
