import { Problem } from '../problem.ts';
import type { RandomAccess } from './random-access.ts';

/** Where the central directory of a zip stands, in bytes. */
export interface Directory {
  readonly offset: number;
  readonly size: number;
}

const END = 0x06054b50;
const END_LENGTH = 22;
const MAX_COMMENT = 0xffff;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_LOCATOR_LENGTH = 20;
const ZIP64_END = 0x06064b50;

/**
 * Finds the directory through the record at the file's end (APPNOTE 4.3.16), and through the zip64 record when the
 * fields of that one are too small (4.3.14).
 */
export async function findDirectory(file: RandomAccess): Promise<Directory> {
  const length = Math.min(file.size, END_LENGTH + MAX_COMMENT + ZIP64_LOCATOR_LENGTH);
  const tail = await file.read(file.size - length, length);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length);
  let at = length - END_LENGTH;
  while (at >= 0 && view.getUint32(at, true) !== END) at--;
  if (at < 0)
    throw new Problem('file/truncated', 'The zip has no directory at its end: it is cut off or damaged.', {
      size: file.size,
    });
  const locator = at - ZIP64_LOCATOR_LENGTH;
  if (locator >= 0 && view.getUint32(locator, true) === ZIP64_LOCATOR) {
    return zip64Directory(file, Number(view.getBigUint64(locator + 8, true)));
  }
  return { size: view.getUint32(at + 12, true), offset: view.getUint32(at + 16, true) };
}

async function zip64Directory(file: RandomAccess, offset: number): Promise<Directory> {
  const record = await file.read(offset, 56);
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  if (view.getUint32(0, true) !== ZIP64_END)
    throw new Problem('file/invalid', 'The zip64 directory is damaged.', { offset });
  return { size: Number(view.getBigUint64(40, true)), offset: Number(view.getBigUint64(48, true)) };
}
