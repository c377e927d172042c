import { allocate, byteLength, elementCount } from '../../model/data.ts';
import type { Dtype, Elements, Shape, TensorData } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import type { ValueType } from '../normalized.ts';

/** No constant may be larger: typed arrays end somewhere beyond. */
const largest = 2 ** 31;

/** A constant whose elements are made when they are first read, so that a shape costs nothing however large it is. */
export class LazyTensor implements TensorData {
  readonly dtype: Dtype;
  readonly shape: Shape;
  #make: (() => Elements) | undefined;
  #data: Elements | undefined;

  constructor({ dtype, shape }: ValueType, make: () => Elements) {
    this.dtype = dtype;
    this.shape = shape;
    this.#make = make;
  }

  get data(): Elements {
    this.#data ??= this.#make?.() ?? allocate(this.dtype, 0);
    this.#make = undefined;
    return this.#data;
  }
}

/** The same elements in another shape, read only when they are asked for. */
export function reshaped(value: TensorData, shape: Shape): TensorData {
  return new LazyTensor({ dtype: value.dtype, shape }, () => value.data);
}

/** A constant that repeats one element. @throws Problem `compute/out-of-memory` when it is read and too large */
export function filled(type: ValueType, element: number | bigint): TensorData {
  return new LazyTensor(type, () => {
    const data = emptyOf(type);
    data.fill(element as never);
    return data;
  });
}

/** Zeroed elements of a type. @throws Problem `compute/out-of-memory` */
export function emptyOf({ dtype, shape }: ValueType): Elements {
  const bytes = byteLength(shape, dtype) ?? 0;
  if (bytes > largest) {
    const text = `A constant of the shape [${shape}] takes ${(bytes / 1024 ** 3).toFixed(1)} GiB; at most 2 GiB are possible.`;
    throw new Problem('compute/out-of-memory', text, { shape, bytes });
  }
  return allocate(dtype, elementCount(shape));
}

/** Elements between neighbours along each dimension, C order. */
export function stridesOf(shape: Shape): readonly number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] ?? 1) * (shape[i + 1] ?? 1);
  return strides;
}

/** Which elements of a constant make up another one, as steps through its memory. */
export interface Walk {
  readonly shape: Shape;
  /** Per dimension of `shape`; 0 repeats, negative goes backwards. */
  readonly strides: readonly number[];
  readonly offset?: number;
}

/** Elements of `value` read along `walk`. Transpose, Slice, Expand and Tile are nothing else. */
export function walked(value: TensorData, { shape, strides, offset = 0 }: Walk): TensorData {
  const { dtype, data } = value;
  const out = emptyOf({ dtype, shape });
  const position = new Array<number>(shape.length).fill(0);
  let from = offset;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (position[axis] ?? 0) + 1;
      const stride = strides[axis] ?? 0;
      from += stride;
      if (next < (shape[axis] ?? 0)) {
        position[axis] = next;
        break;
      }
      from -= next * stride;
      position[axis] = 0;
    }
  }
  return { dtype, shape, data: out };
}

/** `value` stretched to `shape`, which it fits (ONNX's Broadcasting.md). */
export function stretchedTo(value: TensorData, shape: Shape): TensorData {
  const missing = shape.length - value.shape.length;
  const own = stridesOf(value.shape);
  const strides = shape.map((_, i) => (value.shape[i - missing] === 1 ? 0 : (own[i - missing] ?? 0)));
  return walked(value, { shape, strides });
}

/** Whether elements are whole numbers: they are computed with as bigints, so that int64 stays exact. */
export function isInteger(dtype: Dtype): boolean {
  return /^u?int\d/.test(dtype) || dtype === 'bool';
}

/**
 * Elements of `type` from numbers, converted as Cast converts: fractions are cut off, integers wrap around, and bool is
 * whether a number is not 0.
 */
export function storedAs(type: ValueType, elementAt: (index: number) => number | bigint): TensorData {
  const out = emptyOf(type);
  const wide = out instanceof BigInt64Array || out instanceof BigUint64Array;
  for (let i = 0; i < out.length; i++) {
    const element = elementAt(i);
    if (type.dtype === 'bool') out[i] = Number(Boolean(element) || Number.isNaN(element));
    else if (!isInteger(type.dtype)) out[i] = Number(element);
    else if (wide) out[i] = wholeOf(element);
    else out[i] = Number(BigInt.asIntN(32, wholeOf(element)));
  }
  return { ...type, data: out };
}

/** Cut off towards zero; 0 for what is not finite, where ONNX leaves the result open. */
function wholeOf(element: number | bigint): bigint {
  if (typeof element === 'bigint') return element;
  return Number.isFinite(element) ? BigInt(Math.trunc(element)) : 0n;
}
