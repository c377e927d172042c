import { Problem } from '../problem.ts';

/** Bytes that may lie on a disk: a file of gigabytes is read piece by piece. A browser's `File` and Node's handles fit. */
export interface RandomAccess {
  /** Bytes. */
  readonly size: number;
  /**
   * The bytes from `offset`, exactly `length` of them.
   * @throws Problem `file/truncated` when they end before.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Throws `file/truncated` unless `length` bytes from `offset` lie within `size`. */
export function checkWithin(size: number, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= size) return;
  throw new Problem(
    'file/truncated',
    `The file ends at byte ${size}; ${length} bytes from byte ${offset} were expected.`,
    {
      size,
      offset,
      length,
    },
  );
}

/** Bytes in memory; what is read is a view, not a copy. */
export function inMemory(bytes: Uint8Array): RandomAccess {
  return {
    size: bytes.length,
    read: async (offset, length) => {
      checkWithin(bytes.length, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** The part of `file` from `start`, `size` bytes long, as a file of its own. */
export function part(file: RandomAccess, start: number, size: number): RandomAccess {
  checkWithin(file.size, start, size);
  return {
    size,
    read: (offset, length) => {
      checkWithin(size, offset, length);
      return file.read(start + offset, length);
    },
  };
}
