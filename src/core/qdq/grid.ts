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

export function limitsOf(dtype: Grid['dtype']): { readonly low: number; readonly high: number } {
  return dtype === 'int8' ? { low: -128, high: 127 } : { low: 0, high: 255 };
}

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
  const limits = limitsOf(dtype);
  const low = symmetric && dtype === 'int8' ? -127 : limits.low;
  const scale = Math.fround(max - min) / (limits.high - low);
  if (scale < tiny) return { dtype, scale: Float32Array.of(1), zeroPoint: 0 };
  const zeroPoint = roundHalfEven(symmetric ? (low + limits.high) / 2 : low - min / scale);
  return { dtype, scale: Float32Array.of(scale), zeroPoint };
}

interface Slices {
  readonly count: number;
  /** Elements that follow each other within one slice. */
  readonly inner: number;
}

function slicesOf({ shape }: TensorData, axis: number | undefined): Slices {
  if (axis === undefined) return { count: 1, inner: 1 };
  return { count: shape[axis] ?? 1, inner: shape.slice(axis + 1).reduce((a, b) => a * b, 1) };
}

/** The grid of a constant of finite values by its own extremes; symmetric in every slice along `axis` when there is one. */
export function constantGrid(value: TensorData, steps: Steps & { readonly axis?: number | undefined }): Grid {
  const { axis } = steps;
  const { count, inner } = slicesOf(value, axis);
  const min = new Float32Array(count);
  const max = new Float32Array(count);
  const reals = floatsOf(value);
  for (let i = 0; i < reals.length; i++) {
    const slice = count === 1 ? 0 : Math.floor(i / inner) % count;
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

/**
 * A constant as integers of a grid: rounded half to even after a division in float32, as onnxruntime's QuantizeLinear.
 * Source: onnxruntime 1.30, quantization/quant_utils.py, quantize_nparray.
 */
export function quantizeConstant(value: TensorData, { dtype, scale, zeroPoint, axis }: Grid): TensorData {
  const { count, inner } = slicesOf(value, axis);
  const reals = floatsOf(value);
  const { low, high } = limitsOf(dtype);
  const data = dtype === 'int8' ? new Int8Array(reals.length) : new Uint8Array(reals.length);
  for (let i = 0; i < reals.length; i++) {
    const step = scale[count === 1 ? 0 : Math.floor(i / inner) % count] ?? 1;
    const q = roundHalfEven(Math.fround((reals[i] ?? 0) / step)) + zeroPoint;
    data[i] = Math.min(Math.max(q, low), high);
  }
  return { dtype, shape: value.shape, data };
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
