import type { Tensor } from 'onnxruntime-web/wasm';
import { allocate, bytesOf, elementsOf, floatToHalf } from '../core/model/data.ts';
import type { Dtype, Elements } from '../core/model/types.ts';

/** Elements as a value of onnxruntime's type holds them: half floats as their bits, other types converted. */
export function toOrt(data: Elements, type: Tensor.Type): Elements {
  if (type === 'float16') return Uint16Array.from(data as Float32Array, floatToHalf);
  return converted(data, type as Dtype);
}

/** A value of onnxruntime's as elements of `dtype`; half floats are widened. */
export function fromOrt({ data, type }: Tensor, dtype: Dtype): Elements {
  const given = data as Elements;
  // Where an engine has half floats of its own, they are numbers already.
  if (type === 'float16' && given instanceof Uint16Array)
    return converted(elementsOf(bytesOf(given), 'float16', given.length), dtype);
  return converted(given, dtype);
}

/** int64 indices are int32 in TensorFlow Lite, and some files compute in float64. */
function converted(data: Elements, dtype: Dtype): Elements {
  const out = allocate(dtype, data.length);
  if (out.constructor === data.constructor) return data;
  const wide = out instanceof BigInt64Array || out instanceof BigUint64Array;
  for (let i = 0; i < data.length; i++) out[i] = (wide ? BigInt(Number(data[i])) : Number(data[i])) as never;
  return out;
}
