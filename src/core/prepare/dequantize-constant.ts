import { bytesOf, constantOf, elementCount } from '../model/data.ts';
import type { Quant, Shape, Tensor } from '../model/types.ts';
import { Problem } from '../problem.ts';

/** Position of each element's scale: its index along the quantized axis; 0 throughout for per-tensor. */
function scaleIndex(shape: Shape, quant: Quant): (index: number) => number {
  if (quant.scale.length === 1) return () => 0;
  const inner = elementCount(shape.slice(quant.axis + 1));
  return (index) => Math.floor(index / inner) % quant.scale.length;
}

/**
 * A constant as float32: half floats widened, quantized integers as f32(scale · (q − zeroPoint)). int8 weights keep their
 * integers in `grid`.
 */
export function dequantized(tensor: Tensor): Tensor {
  const value = constantOf(tensor);
  const { quant: _quant, passthrough: _passthrough, ...rest } = tensor;
  if (value === undefined || tensor.data === undefined)
    throw new Error(`tensor “${tensor.name}” is no constant`);
  if (value.data instanceof Float32Array) return { ...rest, dtype: 'float32', data: bytesOf(value.data) };
  const { quant } = tensor;
  if (quant === undefined) {
    throw new Problem('model/invalid', `Tensor “${tensor.name}” is ${tensor.dtype}, but has no scale.`, {
      tensor: tensor.name,
    });
  }
  const which = scaleIndex(tensor.shape, quant);
  const data = Float32Array.from(value.data as Iterable<number | bigint>, (q, index) => {
    const channel = which(index);
    return (Number(q) - (quant.zeroPoint[channel] ?? 0)) * (quant.scale[channel] ?? 0);
  });
  const reusable = tensor.dtype === 'int8' && quant.zeroPoint.every((zeroPoint) => zeroPoint === 0);
  return {
    ...rest,
    dtype: 'float32',
    data: bytesOf(data),
    ...(reusable && { grid: { dtype: tensor.dtype, data: tensor.data, quant } }),
  };
}
