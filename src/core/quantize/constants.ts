import { bytesOf, constantOf } from '../model/data.ts';
import { clamp } from '../model/rounding.ts';
import type { Tensor } from '../model/types.ts';
import {
  constantParams,
  int8Max,
  int8Min,
  inverseOf,
  type Params,
  perTensor,
  quantizeValue,
  weightMax,
  weightScale,
} from './params.ts';
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

/** A constant operand with given parameters, or with those of its own range: asymmetric, the full int8 range. */
export function quantizeOperand(tensor: Tensor, demanded?: Params): QuantizedConstant {
  const data = values(tensor);
  const { min, max } = extremesWithZero(data);
  const params = demanded ?? constantParams(min, max);
  const inverse = inverseOf(params.scale);
  const q = Int8Array.from(data, (x) =>
    clamp(quantizeValue(x, inverse) + params.zeroPoint, int8Min, int8Max),
  );
  return { data: bytesOf(q), quant: perTensor(params) };
}

/** A constant operand with zero point 0 and the narrow range, as PRELU's slopes are stored. */
export function quantizeSymmetricOperand(tensor: Tensor): QuantizedConstant {
  const data = values(tensor);
  const { min, max } = extremesWithZero(data);
  const scale = weightScale(Math.max(-min, max));
  const inverse = inverseOf(scale);
  const q = Int8Array.from(data, (x) => clamp(quantizeValue(x, inverse), -weightMax, weightMax));
  return { data: bytesOf(q), quant: perTensor({ scale, zeroPoint: 0 }) };
}
