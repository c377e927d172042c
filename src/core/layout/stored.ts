import { bitsOf, bytesOf, elementCount } from '../model/data.ts';
import { permuteData, permuted } from '../model/permute.ts';
import type { Elements, Quant, Shape, Tensor, TensorOrigin } from '../model/types.ts';
import { isAsMeant, type Order } from './order.ts';

type Grid = NonNullable<Tensor['grid']>;

/** Elements as integers of their size, so that no value changes while it moves; `undefined` for types of less than a byte. */
function movable({ data, dtype, shape }: Tensor): Elements | undefined {
  const bits = bitsOf(dtype);
  if (data === undefined) return undefined;
  const count = elementCount(shape);
  const { buffer } = data.slice();
  switch (bits) {
    case 8:
      return new Uint8Array(buffer, 0, count);
    case 16:
      return new Uint16Array(buffer, 0, count);
    case 32:
      return new Uint32Array(buffer, 0, count);
    case 64:
      return new BigUint64Array(buffer, 0, count);
    default:
      return undefined;
  }
}

/** Whether a constant can be stored in another order here and now. */
export function isFoldable(tensor: Tensor): boolean {
  return tensor.data !== undefined && (bitsOf(tensor.dtype) ?? 0) >= 8;
}

/** The origin of a tensor that is stored in `order`. */
export function originIn(origin: TensorOrigin | undefined, order: Order): TensorOrigin | undefined {
  if (origin === undefined) return undefined;
  const composed = permuted(origin.order ?? [...order.keys()], order);
  return isAsMeant(composed) ? { name: origin.name } : { name: origin.name, order: composed };
}

function quantIn(quant: Quant, order: Order): Quant {
  return quant.scale.length === 1 ? quant : { ...quant, axis: order.indexOf(quant.axis) };
}

/** The integers that a constant was widened from, in `order`; those of less than a byte are let go. */
function gridIn(tensor: Tensor, grid: Grid, order: Order): Pick<Tensor, 'grid'> {
  const integers = movable({ ...tensor, ...grid });
  if (integers === undefined) return {};
  const data = bytesOf(permuteData(integers, tensor.shape, order));
  return { grid: { dtype: grid.dtype, data, quant: quantIn(grid.quant, order) } };
}

/** `tensor` stored in `order`: a constant's elements move, everything else follows. */
export function storedIn(tensor: Tensor, order: Order): Tensor {
  if (isAsMeant(order)) return tensor;
  const { origin: _, shapeSignature, data, quant, grid, ...rest } = tensor;
  const origin = originIn(tensor.origin, order);
  const elements = movable(tensor);
  return {
    ...rest,
    shape: permuted(tensor.shape, order),
    ...(shapeSignature !== undefined && { shapeSignature: permuted(shapeSignature, order) }),
    ...(data !== undefined &&
      elements !== undefined && { data: bytesOf(permuteData(elements, tensor.shape, order)) }),
    ...(quant !== undefined && { quant: quantIn(quant, order) }),
    ...(grid !== undefined && gridIn(tensor, grid, order)),
    ...(origin !== undefined && { origin }),
  };
}

/** Per-channel scales run along a dimension with several elements, which dimensions of size 1 only push along. */
function quantAcross(quant: Quant, from: Shape, to: Shape): Quant {
  if (quant.scale.length === 1) return quant;
  const before = from.slice(0, quant.axis).filter((size) => size !== 1).length;
  const axes = [...to.keys()].filter((axis) => to[axis] !== 1);
  return { ...quant, axis: axes[before] ?? 0 };
}

/** `tensor` with dimensions of size 1 put in or taken out, which is no value of an ONNX file any more. */
export function reshapedTo(tensor: Tensor, shape: Shape): Tensor {
  const { origin: _, shapeSignature: __, grid: ___, quant, ...rest } = tensor;
  return { ...rest, shape, ...(quant !== undefined && { quant: quantAcross(quant, tensor.shape, shape) }) };
}
