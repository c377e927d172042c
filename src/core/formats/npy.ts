import { strFromU8, strToU8 } from 'fflate';
import { bytesOf, elementCount, elementsOf } from '../model/data.ts';
import type { Dtype, Shape, TensorData } from '../model/types.ts';
import { Problem } from '../problem.ts';
import { type NpyHeader, parseNpyDictionary } from './npy-header.ts';
import { inMemory, part, type RandomAccess } from './random-access.ts';

/** An array of a `.npy` file whose items (along the first dimension) are read when they are asked for. */
export interface NpyArray {
  readonly shape: Shape;
  readonly dtype: Dtype;
  /**
   * `count` elements in C order from element `start`.
   * @throws Problem `file/truncated`.
   */
  read(start: number, count: number): Promise<TensorData['data']>;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Bytes; a Fortran-order array is turned around in memory, so it may not be larger. */
const MAX_FORTRAN = 1 << 30;

export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * Opens a NumPy array, format versions 1 to 3 (numpy.lib.format).
 * @throws Problem `file/truncated` when it holds fewer elements than its shape says, `file/invalid` for anything else.
 */
export async function openNpy(file: RandomAccess): Promise<NpyArray> {
  const { header, dataOffset } = await readHeader(file);
  const bytesEach = header.itemSize;
  const total = elementCount(header.shape);
  if (!Number.isSafeInteger(total * bytesEach) || dataOffset + total * bytesEach > file.size) {
    throw new Problem(
      'file/truncated',
      `The array [${header.shape}] of ${header.dtype} needs ${total * bytesEach} bytes; ${file.size - dataOffset} are there.`,
      {
        shape: header.shape,
        dtype: header.dtype,
      },
    );
  }
  const content = await inCOrder(part(file, dataOffset, total * bytesEach), header);
  return {
    shape: header.shape,
    dtype: header.dtype,
    read: async (start, count) => {
      const bytes = await content.read(start * bytesEach, count * bytesEach);
      return elementsOf(header.bigEndian ? swapped(bytes, bytesEach) : bytes, header.dtype, count);
    },
  };
}

async function inCOrder(content: RandomAccess, header: NpyHeader): Promise<RandomAccess> {
  if (!header.fortranOrder || header.shape.length < 2) return content;
  if (content.size > MAX_FORTRAN)
    throw invalid('arrays in Fortran order are read up to 1 GiB; save it in C order');
  return inMemory(fromFortran(await content.read(0, content.size), header));
}

/** A whole `.npy` array. */
export async function readNpy(file: RandomAccess): Promise<TensorData> {
  const { shape, dtype, read } = await openNpy(file);
  return { shape, dtype, data: await read(0, elementCount(shape)) };
}

async function readHeader(
  file: RandomAccess,
): Promise<{ readonly header: NpyHeader; readonly dataOffset: number }> {
  const start = await file.read(0, Math.min(12, file.size));
  if (!isNpy(start)) throw invalid('it does not begin as a NumPy array does');
  if (start.length < 12)
    throw new Problem('file/truncated', 'The NumPy array ends within its header.', { size: file.size });
  const version = start[6] ?? 0;
  if (version < 1 || version > 3) throw invalid(`its format version is ${version}; 1 to 3 are read`);
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  const textOffset = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const text = strFromU8(await file.read(textOffset, length), version < 3);
  return { header: parseNpyDictionary(text), dataOffset: textOffset + length };
}

function swapped(bytes: Uint8Array, bytesEach: number): Uint8Array {
  const out = bytes.slice();
  for (let at = 0; at < out.length; at += bytesEach) out.subarray(at, at + bytesEach).reverse();
  return out;
}

/** Elements in Fortran order (first index fastest) → C order (last index fastest). */
function fromFortran(source: Uint8Array, { shape, itemSize }: NpyHeader): Uint8Array {
  const out = new Uint8Array(source.length);
  const index = new Array<number>(shape.length).fill(0);
  const strides = shape.map((_, axis) => itemSize * elementCount(shape.slice(0, axis)));
  for (let to = 0, from = 0; to < out.length; to += itemSize) {
    for (let byte = 0; byte < itemSize; byte++) out[to + byte] = source[from + byte] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [size = 0, stride = 0, position = 0] = [shape[axis], strides[axis], index[axis]];
      const wraps = position + 1 === size;
      index[axis] = wraps ? 0 : position + 1;
      from += wraps ? -stride * position : stride;
      if (!wraps) break;
    }
  }
  return out;
}

const descriptions: Partial<Record<Dtype, string>> = {
  float32: '<f4',
  float64: '<f8',
  int8: '|i1',
  uint8: '|u1',
  int16: '<i2',
  uint16: '<u2',
  int32: '<i4',
  uint32: '<u4',
  int64: '<i8',
  uint64: '<u8',
  bool: '|b1',
};

/**
 * A tensor as a `.npy` file, version 1.0, C order, little endian. Half floats, which are widened in memory, are written
 * as float32 and packed integers as bytes.
 */
export function writeNpy({ shape, dtype, data }: TensorData): Uint8Array {
  const description =
    descriptions[dtype] ?? (data instanceof Float32Array ? '<f4' : data instanceof Int8Array ? '|i1' : '|u1');
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${description}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  // The data begins at a multiple of 64, so that readers can map the file.
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const values = bytesOf(data);
  const file = new Uint8Array(10 + padded.length + values.length);
  file.set([...MAGIC, 1, 0, padded.length & 255, padded.length >> 8]);
  file.set(strToU8(padded), 10);
  file.set(values, 10 + padded.length);
  return file;
}

function invalid(reason: string): Problem {
  return new Problem('file/invalid', `The NumPy array cannot be read: ${reason}.`, { reason });
}
