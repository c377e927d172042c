import { bitsOf } from '../model/data.ts';
import type { Dtype, TensorData } from '../model/types.ts';
import { Problem } from '../problem.ts';

/**
 * The type that a value of the ONNX graph has in the translated one. TFLite computes with float32 and int32; int64,
 * ONNX's type of shapes and indices, becomes int32 throughout. int8, uint8 and int16 stay, because quantized models
 * have them.
 */
export function heldType(dtype: Dtype): Dtype {
  switch (dtype) {
    case 'float16':
    case 'bfloat16':
    case 'float64':
      return 'float32';
    case 'int64':
    case 'uint64':
    case 'uint32':
    case 'uint16':
      return 'int32';
    case 'int4':
    case 'int2':
      return 'int8';
    case 'uint4':
      return 'uint8';
    default:
      return dtype;
  }
}

/**
 * A constant in the type in which it is held.
 * @throws Problem `model/unsupported-op` for integers beyond int32
 */
export function heldData(name: string, { dtype, shape, data }: TensorData): TensorData {
  const held = heldType(dtype);
  if (held === 'float32')
    return {
      dtype: held,
      shape,
      data: data instanceof Float32Array ? data : Float32Array.from(data as Float64Array),
    };
  if (held !== 'int32' || data instanceof Int32Array) return { dtype: held, shape, data };
  const wide = bitsOf(dtype) !== 16;
  const numbers = Int32Array.from(data as Iterable<number | bigint>, (value) => {
    const number = Number(value);
    if (!wide || (number >= -(2 ** 31) && number < 2 ** 31)) return number;
    const text = `The constant “${name}” holds ${value}; TensorFlow Lite computes with integers of 32 bits here.`;
    throw new Problem('model/unsupported-op', text, { name, value: String(value) });
  });
  return { dtype: held, shape, data: numbers };
}
