/** What float kernels with a memory share (tflite/kernels/internal/reference/portable_tensor_utils.cc). */
import type { Activation } from '../../model/options.ts';
import { clamp } from '../../model/rounding.ts';
import type { OpContext } from '../int8/context.ts';
import { scaleOf } from '../int8/ops/svdf.ts';
import { floatInput } from './values.ts';

const f = Math.fround;

/** The elements of one vector within an array. */
export interface Slice {
  readonly data: Float32Array;
  readonly from: number;
}

/** Σ a · b over `length` elements, each product and sum rounded. */
export function dot(a: Slice, b: Slice, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++)
    sum = f(sum + f((a.data[a.from + i] as number) * (b.data[b.from + i] as number)));
  return sum;
}

/** Rows of floats, or of integers that stand for `scale` each. */
export interface Matrix {
  readonly data: Float32Array | Int8Array;
  readonly scale: number;
}

/** Makes integers of a vector, less its zero point, and gives their scale: what kernels with int8 weights do first. */
export type QuantizeVector = (from: Float32Array, to: Int16Array) => number;

/** A vector that matrices are multiplied with, and its integers where those are int8. */
export class Vector implements Slice {
  data: Float32Array = new Float32Array(0);
  from = 0;
  readonly length: number;
  readonly integers: Int16Array;
  scale = 1;
  readonly #quantize: QuantizeVector | undefined;

  constructor(length: number, quantize: QuantizeVector | undefined) {
    this.length = length;
    this.#quantize = quantize;
    this.integers = new Int16Array(quantize === undefined ? 0 : length);
  }

  /** Becomes the vector that begins at `from`. */
  moveTo(data: Float32Array, from: number): this {
    this.data = data;
    this.from = from;
    if (this.#quantize !== undefined)
      this.scale = this.#quantize(data.subarray(from, from + this.length), this.integers);
    return this;
  }
}

/** A row of a matrix times a vector. Sums of integers are scaled once (MatrixBatchVectorMultiplyAccumulate). */
export function rowTimes({ data, scale }: Matrix, row: number, vector: Vector): number {
  const { length, integers } = vector;
  const from = row * length;
  if (data instanceof Float32Array) return dot({ data, from }, vector, length);
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (data[from + i] as number) * (integers[i] as number);
  return f(f(sum) * f(vector.scale * scale));
}

/** Symmetric int8 weights. */
function integersAt(context: OpContext, at: number): Matrix & { readonly data: Int8Array } {
  const value = context.int8(context.constant(at));
  if (value.zeroPoint !== 0) throw context.invalid(`weights "${value.name}" have a zero point that is not 0`);
  return { data: value.data, scale: scaleOf(context, value) };
}

/** @param quantize - given where the matrix is int8 */
export function matrixAt(context: OpContext, at: number, quantize: QuantizeVector | undefined): Matrix {
  return quantize === undefined ? { data: floatInput(context, at).data, scale: 1 } : integersAt(context, at);
}

/** Weights that are multiplied element by element: floats, or what int8 stands for. */
export function weightsAt(
  context: OpContext,
  at: number,
  quantize: QuantizeVector | undefined,
): Float32Array {
  if (quantize === undefined) return floatInput(context, at).data;
  const { data, scale } = integersAt(context, at);
  return Float32Array.from(data, (weight) => f(weight * scale));
}

/** The function of an op's activation; `undefined` for one that has none. */
export function activationFunction(activation: Activation): ((x: number) => number) | undefined {
  switch (activation) {
    case 'NONE':
      return (x) => x;
    case 'RELU':
      return (x) => Math.max(x, 0);
    case 'RELU6':
      return (x) => clamp(x, 0, 6);
    case 'RELU_N1_TO_1':
      return (x) => clamp(x, -1, 1);
    case 'TANH':
      return (x) => f(Math.tanh(x));
    case 'SIGN_BIT':
      return undefined;
    default:
      return activation satisfies never;
  }
}
