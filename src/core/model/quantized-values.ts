import { allocate, elementCount } from './data.ts';
import { clamp, roundHalfEven } from './rounding.ts';
import type { Dtype, Quant, Shape, TensorData } from './types.ts';

/** Types that quantized values have. */
export type QuantizedDtype = 'int8' | 'uint8' | 'int16';

/** Smallest and largest value of each. */
export const integerLimits: Readonly<Record<QuantizedDtype, readonly [low: number, high: number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
};

export function isQuantizedDtype(dtype: Dtype): dtype is QuantizedDtype {
  return dtype in integerLimits;
}

/** Of each element's position in C order: its index along `axis`, 0 throughout without one. */
export function indexAlong(shape: Shape, axis: number | undefined): (position: number) => number {
  const size = axis === undefined ? 1 : (shape[axis] ?? 1);
  if (axis === undefined || size === 1) return () => 0;
  const inner = elementCount(shape.slice(axis + 1));
  return (position) => Math.floor(position / inner) % size;
}

/** Which scale and zero point each element has. */
function scaleIndex(shape: Shape, { scale, axis }: Quant): (position: number) => number {
  return indexAlong(shape, scale.length === 1 ? undefined : axis);
}

/**
 * A float constant as integers: saturate(round(x / scale) + zero point), divided in float32 and rounded half to even.
 * Source: ONNX, docs/Operators.md, QuantizeLinear; onnxruntime 1.30, quantization/quant_utils.py, quantize_nparray.
 */
export function quantizedHalfEven(
  { shape, data }: TensorData,
  { dtype, quant }: { readonly dtype: QuantizedDtype; readonly quant: Quant },
): TensorData {
  const which = scaleIndex(shape, quant);
  const [low, high] = integerLimits[dtype];
  const integers = allocate(dtype, data.length);
  data.forEach((real: number | bigint, i: number) => {
    const index = which(i);
    const steps = roundHalfEven(Math.fround(Number(real) / (quant.scale[index] ?? 1)));
    integers[i] = clamp(steps + (quant.zeroPoint[index] ?? 0), low, high);
  });
  return { dtype, shape, data: integers };
}

/** What integers stand for: f32((q − zero point) · scale). */
export function dequantizedValues({ shape, data }: TensorData, quant: Quant): Float32Array {
  const which = scaleIndex(shape, quant);
  return Float32Array.from(data as Iterable<number | bigint>, (q, i) => {
    const index = which(i);
    return (Number(q) - (quant.zeroPoint[index] ?? 0)) * (quant.scale[index] ?? 0);
  });
}
