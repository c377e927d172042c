import type { Dtype } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import { TensorType } from './generated/tflite_generated.ts';

/** The schema's TensorType as our dtype: the same names in lower case. */
export function readDtype(type: number): Dtype {
  const name = TensorType[type];
  if (name === undefined) throw new Problem('model/invalid', `Tensor type ${type} is not known.`, { type });
  return name.toLowerCase() as Dtype;
}

export function storedDtype(dtype: Dtype): TensorType {
  return TensorType[dtype.toUpperCase() as keyof typeof TensorType];
}
