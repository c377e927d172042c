import type { Dtype } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import { TensorProto_DataType as Type } from './generated/onnx_pb.ts';

const dtypes: ReadonlyMap<number, Dtype> = new Map<Type, Dtype>([
  [Type.FLOAT, 'float32'],
  [Type.FLOAT16, 'float16'],
  [Type.BFLOAT16, 'bfloat16'],
  [Type.DOUBLE, 'float64'],
  [Type.INT8, 'int8'],
  [Type.UINT8, 'uint8'],
  [Type.INT16, 'int16'],
  [Type.UINT16, 'uint16'],
  [Type.INT32, 'int32'],
  [Type.UINT32, 'uint32'],
  [Type.INT64, 'int64'],
  [Type.UINT64, 'uint64'],
  [Type.INT4, 'int4'],
  [Type.UINT4, 'uint4'],
  [Type.BOOL, 'bool'],
  [Type.STRING, 'string'],
  [Type.COMPLEX64, 'complex64'],
  [Type.COMPLEX128, 'complex128'],
  [Type.FLOAT8E4M3FN, 'float8_e4m3fn'],
  [Type.FLOAT8E5M2, 'float8_e5m2'],
]);

/**
 * The element type that ONNX's code stands for.
 * @param name - of the value, for the message.
 * @throws Problem `model/invalid` for a code that is none, or a type that has no counterpart here.
 */
export function dtypeOf(code: number, name: string): Dtype {
  const dtype = dtypes.get(code);
  if (dtype !== undefined) return dtype;
  const text = `“${name}” has the element type ${Type[code] ?? code}, which is not known here.`;
  throw new Problem('model/invalid', text, { name, type: code });
}

/**
 * ONNX's code of an element type as it is held in memory: half floats are widened to float32 and packed integers to
 * bytes, as `allocate` does.
 */
export function heldType(dtype: Dtype): Type {
  switch (dtype) {
    case 'float16':
    case 'bfloat16':
      return Type.FLOAT;
    case 'int4':
    case 'int2':
      return Type.INT8;
    case 'uint4':
      return Type.UINT8;
    default:
      break;
  }
  for (const [code, known] of dtypes) if (known === dtype) return code;
  throw new Problem('model/invalid', `Values of type ${dtype} cannot be computed with.`, { dtype });
}
