import { Problem } from '../problem.ts';
import { roundHalfEven } from './rounding.ts';
import type { Dtype, Elements, Shape, Tensor, TensorData } from './types.ts';

/** Number of elements of `shape`; 1 for a scalar. */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bits of one element; `undefined` for types without a fixed size (string, resource, variant). */
export function bitsOf(dtype: Dtype): number | undefined {
  switch (dtype) {
    case 'int2':
      return 2;
    case 'int4':
    case 'uint4':
      return 4;
    case 'int8':
    case 'uint8':
    case 'bool':
    case 'float8_e4m3fn':
    case 'float8_e5m2':
      return 8;
    case 'float16':
    case 'bfloat16':
    case 'int16':
    case 'uint16':
      return 16;
    case 'float32':
    case 'int32':
    case 'uint32':
      return 32;
    case 'float64':
    case 'int64':
    case 'uint64':
    case 'complex64':
      return 64;
    case 'complex128':
      return 128;
    case 'string':
    case 'resource':
    case 'variant':
      return undefined;
    default:
      return dtype satisfies never;
  }
}

/** Bytes that a buffer of `shape` and `dtype` holds; sub-byte types are packed. `undefined` where the type has no fixed size. */
export function byteLength(shape: Shape, dtype: Dtype): number | undefined {
  const bits = bitsOf(dtype);
  return bits === undefined ? undefined : Math.ceil((elementCount(shape) * bits) / 8);
}

/** `length` zeroed elements of `dtype`, one typed-array element each (int4 and bool widened to a byte, half floats to float32). */
export function allocate(dtype: Dtype, length: number): Elements {
  switch (dtype) {
    case 'float32':
    case 'float16':
    case 'bfloat16':
      return new Float32Array(length);
    case 'float64':
      return new Float64Array(length);
    case 'int8':
    case 'int4':
    case 'int2':
      return new Int8Array(length);
    case 'uint8':
    case 'uint4':
    case 'bool':
      return new Uint8Array(length);
    case 'int16':
      return new Int16Array(length);
    case 'uint16':
      return new Uint16Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'uint32':
      return new Uint32Array(length);
    case 'int64':
      return new BigInt64Array(length);
    case 'uint64':
      return new BigUint64Array(length);
    default:
      throw new Problem('model/invalid', `Values of type ${dtype} cannot be computed with.`, { dtype });
  }
}

/** The bytes behind a typed array, without copying. */
export function bytesOf(data: Elements): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Bytes from an address aligned to 8, copying only where they are not, because typed arrays demand alignment. */
function aligned(bytes: Uint8Array): { buffer: ArrayBufferLike; offset: number } {
  if (bytes.byteOffset % 8 === 0) return { buffer: bytes.buffer, offset: bytes.byteOffset };
  const copy = bytes.slice();
  return { buffer: copy.buffer, offset: 0 };
}

/**
 * IEEE binary16 → float32, exact.
 * @param half - the 16 bits
 */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * float32 → IEEE binary16 bits, to the nearest, ties to even; beyond ±65504 the largest finite half.
 * Source: TensorFlow Lite, quantization_utils.cc, QuantizeTensorFloat16.
 */
export function floatToHalf(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const magnitude = Math.min(Math.abs(x), 65504);
  // Steps of a half: 2⁻²⁴ below 2⁻¹⁴, then 1024 between neighbouring powers of two.
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const steps = roundHalfEven(magnitude / 2 ** (exponent - 10));
  // Adding the steps to the exponent's bits lets a mantissa that was rounded up to 2048 carry into it.
  return magnitude === 0 ? sign : sign | (((exponent + 14) << 10) + steps);
}

function unpackBits(bytes: Uint8Array, count: number, bits: 2 | 4, signed: boolean): Int8Array | Uint8Array {
  const out = signed ? new Int8Array(count) : new Uint8Array(count);
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  for (let i = 0; i < count; i++) {
    const raw = ((bytes[Math.floor(i / perByte)] ?? 0) >> (bits * (i % perByte))) & mask;
    out[i] = signed && raw >> (bits - 1) ? raw - (1 << bits) : raw;
  }
  return out;
}

function checkLength(bytes: Uint8Array, dtype: Dtype, count: number): void {
  const expected = byteLength([count], dtype);
  if (expected === undefined || bytes.byteLength >= expected) return;
  const text = `A constant of ${count} ${dtype} needs ${expected} bytes; ${bytes.byteLength} are there.`;
  throw new Problem('model/invalid', text, { dtype, count, bytes: bytes.byteLength });
}

/** The bytes of a constant as elements: views where aligned, unpacked for sub-byte types, widened for half floats. */
export function elementsOf(bytes: Uint8Array, dtype: Dtype, count: number): Elements {
  checkLength(bytes, dtype, count);
  if (dtype === 'int4' || dtype === 'int2' || dtype === 'uint4')
    return unpackBits(bytes, count, dtype === 'int2' ? 2 : 4, dtype !== 'uint4');
  const { buffer, offset } = aligned(bytes);
  switch (dtype) {
    case 'float32':
      return new Float32Array(buffer, offset, count);
    case 'float64':
      return new Float64Array(buffer, offset, count);
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer, offset, count), halfToFloat);
    case 'bfloat16': {
      const wide = Uint32Array.from(new Uint16Array(buffer, offset, count), (half) => half << 16);
      return new Float32Array(wide.buffer);
    }
    case 'int8':
      return new Int8Array(buffer, offset, count);
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer, offset, count);
    case 'int16':
      return new Int16Array(buffer, offset, count);
    case 'uint16':
      return new Uint16Array(buffer, offset, count);
    case 'int32':
      return new Int32Array(buffer, offset, count);
    case 'uint32':
      return new Uint32Array(buffer, offset, count);
    case 'int64':
      return new BigInt64Array(buffer, offset, count);
    case 'uint64':
      return new BigUint64Array(buffer, offset, count);
    default:
      throw new Problem('model/invalid', `Values of type ${dtype} cannot be computed with.`, { dtype });
  }
}

/** The value of a constant tensor; `undefined` for an activation. */
export function constantOf(tensor: Tensor): TensorData | undefined {
  if (tensor.data === undefined) return undefined;
  return {
    shape: tensor.shape,
    dtype: tensor.dtype,
    data: elementsOf(tensor.data, tensor.dtype, elementCount(tensor.shape)),
  };
}

/** The integers of a constant (shapes, axes, paddings) as plain numbers; `undefined` for an activation. */
export function integersOf(tensor: Tensor): readonly number[] | undefined {
  const value = constantOf(tensor);
  return value === undefined ? undefined : Array.from(value.data as Iterable<number | bigint>, Number);
}
