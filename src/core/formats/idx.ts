import { elementCount, elementsOf } from '../model/data.ts';
import type { Dtype, TensorData } from '../model/types.ts';
import { Problem } from '../problem.ts';
import { gunzip, isGzip } from './inflate.ts';

/** Bytes; MNIST's largest file has 47 million. */
const MAX_SIZE = 1 << 30;

const types: Readonly<Record<number, { readonly dtype: Dtype; readonly size: number }>> = {
  8: { dtype: 'uint8', size: 1 },
  9: { dtype: 'int8', size: 1 },
  11: { dtype: 'int16', size: 2 },
  12: { dtype: 'int32', size: 4 },
  13: { dtype: 'float32', size: 4 },
  14: { dtype: 'float64', size: 8 },
};

/** `true` for the header of an IDX file: two zero bytes, a known type, one to eight dimensions. */
export function isIdx(bytes: Uint8Array): boolean {
  const dimensions = bytes[3] ?? 0;
  return (
    bytes[0] === 0 &&
    bytes[1] === 0 &&
    types[bytes[2] ?? 0] !== undefined &&
    dimensions >= 1 &&
    dimensions <= 8
  );
}

/**
 * Reads an IDX file, as MNIST comes (http://yann.lecun.com/exdb/mnist: big endian, C order), gzipped or not.
 * @throws Problem `file/invalid` or `file/truncated`.
 */
export function readIdx(file: Uint8Array): TensorData {
  const bytes = isGzip(file) ? gunzip(file, MAX_SIZE) : file;
  const type = types[bytes[2] ?? 0];
  if (!isIdx(bytes) || type === undefined) throw new Problem('file/invalid', 'This is not an IDX file.');
  const start = 4 + 4 * (bytes[3] ?? 0);
  if (bytes.length < start)
    throw new Problem('file/truncated', 'The IDX file ends within its header.', { size: bytes.length });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const shape = Array.from({ length: bytes[3] ?? 0 }, (_, axis) => view.getUint32(4 + 4 * axis));
  const needed = elementCount(shape) * type.size;
  if (start + needed > bytes.length) {
    throw new Problem(
      'file/truncated',
      `The IDX file of shape [${shape}] needs ${needed} bytes; ${bytes.length - start} are there.`,
      { shape },
    );
  }
  const content = bytes.slice(start, start + needed);
  if (type.size > 1)
    for (let at = 0; at < needed; at += type.size) content.subarray(at, at + type.size).reverse();
  return { shape, dtype: type.dtype, data: elementsOf(content, type.dtype, elementCount(shape)) };
}
