import { elementCount } from '../model/data.ts';
import { storedValues } from '../model/stored-values.ts';
import type { Elements, Shape, Tensor, TensorData } from '../model/types.ts';
import { Problem } from '../problem.ts';

const withoutOnes = (shape: Shape): Shape => shape.filter((size) => size !== 1);

/**
 * How many values of `input` lie in an array of `shape`: one, or a stack of them along the first dimension.
 * Dimensions of size 1 are passed over, so [n, h, w, c], [n, 1, h, w, c] and [h, w, c] all fit an input [1, h, w, c].
 * @param name - of the array, for the message.
 * @throws Problem `images/shape` that says what would fit.
 */
export function countInArray(shape: Shape, input: Tensor, name: string): number {
  const one = withoutOnes(input.shape);
  const array = withoutOnes(shape);
  const stacked = array.length - one.length;
  const fits = (stacked === 0 || stacked === 1) && one.every((size, axis) => size === array[axis + stacked]);
  if (fits) return stacked === 0 ? 1 : (array[0] ?? 0);
  const single = input.shape[0] === 1 ? input.shape.slice(1) : input.shape;
  throw new Problem(
    'images/shape',
    `"${name}" has the shape [${shape}]; the input "${input.name}" takes [${input.shape}], or many as [n, ${single.join(', ')}].`,
    {
      array: name,
      shape,
      expected: input.shape,
      input: input.name,
    },
  );
}

/**
 * Elements of an array as the value of `input`. Integers go into an integer input as they are; real numbers into a
 * quantized one are quantized.
 * @throws Problem `images/shape` when an integer input cannot hold them.
 */
export function valueFromArray(data: Elements, dtype: TensorData['dtype'], input: Tensor): TensorData {
  if (data.length !== elementCount(input.shape)) {
    throw new Problem(
      'images/shape',
      `${data.length} values do not fill the input "${input.name}" of shape [${input.shape}].`,
    );
  }
  if (dtype === input.dtype) return { shape: input.shape, dtype: input.dtype, data };
  const numbers =
    data instanceof BigInt64Array || data instanceof BigUint64Array ? Float64Array.from(data, Number) : data;
  const isReal = dtype.startsWith('float');
  const { quant: _, ...unquantized } = input;
  return {
    shape: input.shape,
    dtype: input.dtype,
    data: storedValues(numbers, isReal ? input : unquantized),
  };
}
