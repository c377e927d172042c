import { bytesOf, constantOf } from '../model/data.ts';
import { dequantizedValues } from '../model/quantized-values.ts';
import type { Tensor } from '../model/types.ts';
import { Problem } from '../problem.ts';

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
  const reusable = tensor.dtype === 'int8' && quant.zeroPoint.every((zeroPoint) => zeroPoint === 0);
  return {
    ...rest,
    dtype: 'float32',
    data: bytesOf(dequantizedValues(value, quant)),
    ...(reusable && { grid: { dtype: tensor.dtype, data: tensor.data, quant } }),
  };
}
