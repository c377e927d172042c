import { bytesOf, constantOf } from '../model/data.ts';
import { clamp } from '../model/rounding.ts';
import type { Tensor } from '../model/types.ts';
import {
  constantParams,
  inverseOf,
  limits,
  narrowUint8Params,
  type Params,
  perTensor,
  quantizeValue,
  symmetricParams,
  weightMax,
} from './params.ts';
import type { ActivationType } from './scheme.ts';
import type { QuantizedConstant } from './weights.ts';

function values(tensor: Tensor): Float32Array {
  return constantOf(tensor)?.data as Float32Array;
}

/** The smallest interval that holds all of `data` and 0. */
export function extremesWithZero(data: Float32Array): { readonly min: number; readonly max: number } {
  let [min, max] = [0, 0];
  for (const x of data) {
    if (x < min) min = x;
    if (x > max) max = x;
  }
  return { min, max };
}

/** Integers of the type's own width. */
const arrays = { int8: Int8Array, uint8: Uint8Array, int16: Int16Array } as const;

/** A constant operand with given parameters, or with those of its own range; the type's full range of integers. */
export function quantizeOperand(tensor: Tensor, type: ActivationType, demanded?: Params): QuantizedConstant {
  const data = values(tensor);
  const range = tensor.fakeQuant ?? extremesWithZero(data);
  const [min, max] = [Math.min(range.min, 0), Math.max(range.max, 0)];
  const narrow = type === 'uint8' && tensor.fakeQuant?.narrow === true;
  const params = demanded ?? (narrow ? narrowUint8Params(min, max) : constantParams(min, max, type));
  const inverse = inverseOf(params.scale);
  const [lowest, highest] = limits[type];
  const q = new arrays[type](data.length);
  data.forEach((x, i) => {
    q[i] = clamp(quantizeValue(x, inverse) + params.zeroPoint, narrow ? lowest + 1 : lowest, highest);
  });
  return { dtype: type, data: bytesOf(q), quant: perTensor(params) };
}

/** A constant int8 operand with zero point 0 and the narrow range, as PRELU's slopes are stored. */
export function quantizeSymmetricOperand(tensor: Tensor): QuantizedConstant {
  const data = values(tensor);
  const { min, max } = extremesWithZero(data);
  const params = symmetricParams(min, max);
  const inverse = inverseOf(params.scale);
  const q = Int8Array.from(data, (x) => clamp(quantizeValue(x, inverse), -weightMax[8], weightMax[8]));
  return { dtype: 'int8', data: bytesOf(q), quant: perTensor(params) };
}
