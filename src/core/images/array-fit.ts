import { elementCount } from '../model/data.ts';
import { inverse, permuteData, permuted } from '../model/permute.ts';
import { storedValues } from '../model/stored-values.ts';
import type { Shape, Tensor, TensorData } from '../model/types.ts';
import { Problem } from '../problem.ts';

const withoutOnes = (shape: Shape): Shape => shape.filter((size) => size !== 1);

/** How an array holds values of an input. */
export interface ArrayFit {
  /** How many: one, or a stack of them along the first dimension. */
  readonly count: number;
  /** Present where their dimensions are in the order of the file that the model was translated from (`TensorOrigin.order`). */
  readonly order?: readonly number[];
}

function countIn(shape: Shape, single: Shape): number | undefined {
  const one = withoutOnes(single);
  const array = withoutOnes(shape);
  const stacked = array.length - one.length;
  const fits = (stacked === 0 || stacked === 1) && one.every((size, axis) => size === array[axis + stacked]);
  return fits ? (stacked === 0 ? 1 : (array[0] ?? 0)) : undefined;
}

/** The shape that an input has in the file that it was translated from. */
export function originalShape({ shape, origin }: Tensor): Shape {
  return origin?.order === undefined ? shape : permuted(shape, inverse(origin.order));
}

/**
 * How an array of `shape` holds values of `input`. Dimensions of size 1 are passed over, so [n, h, w, c], [n, 1, h, w, c]
 * and [h, w, c] all fit an input [1, h, w, c]; where that was [1, c, h, w] in its file, [n, c, h, w] does so too.
 * @param name - of the array, for the message.
 * @throws Problem `images/shape` that says what would fit.
 */
export function fitOfArray(shape: Shape, input: Tensor, name: string): ArrayFit {
  const count = countIn(shape, input.shape);
  if (count !== undefined) return { count };
  const original = countIn(shape, originalShape(input));
  const order = input.origin?.order;
  if (original !== undefined && order !== undefined) return { count: original, order };
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
 * @param order - of `ArrayFit`.
 * @throws Problem `images/shape` when an integer input cannot hold them.
 */
export function valueFromArray(
  { data: given, dtype }: Pick<TensorData, 'data' | 'dtype'>,
  input: Tensor,
  order?: readonly number[],
): TensorData {
  const data = order === undefined ? given : permuteData(given, originalShape(input), order);
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
