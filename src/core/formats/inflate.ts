import { gunzipSync, inflateSync, unzlibSync } from 'fflate';
import { Problem } from '../problem.ts';

/** Deflate data as it is in zip files, with the header of zlib (PNG), or with that of gzip. */
export type Wrapping = 'raw' | 'zlib' | 'gzip';

/** What deflate can gain at most: 258 bytes from 2 bits, so a size beyond it is a lie (RFC 1951, 3.2.5). */
const MAX_RATIO = 1032;

/**
 * Inflates data whose size is known beforehand, so that a small file cannot make us allocate without bound.
 * @param size - bytes that come out.
 * @returns exactly `size` bytes.
 * @throws Problem `file/invalid` when the data is damaged, shorter or longer, or `size` cannot be true.
 */
export function inflate(bytes: Uint8Array, size: number, wrapping: Wrapping): Uint8Array {
  if (size > bytes.length * MAX_RATIO) throw damaged(`${bytes.length} bytes cannot become ${size}`);
  // One byte more than expected shows data that goes on; fflate writes nothing beyond a buffer it is given.
  const out = new Uint8Array(size + 1);
  const written = inflateInto(bytes, out, wrapping);
  if (written !== size)
    throw damaged(
      `${written > size ? 'more than ' : ''}${Math.min(written, size)} bytes came out, not ${size}`,
    );
  return out.subarray(0, size);
}

function inflateInto(bytes: Uint8Array, out: Uint8Array, wrapping: Wrapping): number {
  try {
    switch (wrapping) {
      case 'raw':
        return inflateSync(bytes, { out }).length;
      case 'zlib':
        return unzlibSync(bytes, { out }).length;
      case 'gzip':
        return gunzipSync(bytes, { out }).length;
      default:
        return wrapping satisfies never;
    }
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error));
  }
}

function damaged(reason: string): Problem {
  return new Problem('file/invalid', `The compressed data is damaged: ${reason}.`, { reason });
}

/** `true` for data that begins as gzip does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Inflates a gzip file of one member, whose last four bytes give its size (RFC 1952, 2.3.1).
 * @param limit - bytes; a file that says it holds more is refused.
 */
export function gunzip(bytes: Uint8Array, limit: number): Uint8Array {
  if (bytes.length < 18)
    throw new Problem('file/truncated', 'The gzip file ends within its header.', { size: bytes.length });
  const size = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true);
  if (size > limit)
    throw new Problem('file/invalid', `The gzip file holds ${size} bytes; at most ${limit} are read.`, {
      size,
      limit,
    });
  return inflate(bytes, size, 'gzip');
}
