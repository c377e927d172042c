import { strFromU8 } from 'fflate';
import { Problem } from '../problem.ts';
import { crc32 } from './crc32.ts';
import { inflate } from './inflate.ts';
import { inMemory, part, type RandomAccess } from './random-access.ts';
import { findDirectory } from './zip-directory.ts';

export interface ZipEntry {
  /** Path inside the zip, with `/`. */
  readonly name: string;
  /** Bytes, unpacked. */
  readonly size: number;
  readonly packedSize: number;
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
  /** Where the entry's local header stands. */
  readonly offset: number;
}

const CENTRAL_HEADER = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const UTF8_NAME = 1 << 11;
const ENCRYPTED = 1;
const MAX_32 = 0xffffffff;

/**
 * The files of a zip, in the order of its directory; folders are left out. Nothing is unpacked here.
 * Format: PKWARE APPNOTE 6.3.3, sections 4.3 and 4.5.3 (zip64).
 * @throws Problem `file/invalid`, `file/truncated`; also for an encrypted entry or another method than stored and deflate.
 */
export async function readZipEntries(file: RandomAccess): Promise<readonly ZipEntry[]> {
  const directory = await findDirectory(file);
  const bytes = await file.read(directory.offset, directory.size);
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { entry, length } = readCentralHeader(bytes, at);
    if (!entry.name.endsWith('/')) entries.push(entry);
    at += length;
  }
  return entries;
}

function readCentralHeader(
  bytes: Uint8Array,
  at: number,
): { readonly entry: ZipEntry; readonly length: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
  if (view.byteLength < 46 || view.getUint32(0, true) !== CENTRAL_HEADER)
    throw invalid('its directory is damaged');
  const flags = view.getUint16(8, true);
  const nameLength = view.getUint16(28, true);
  const extraLength = view.getUint16(30, true);
  const length = 46 + nameLength + extraLength + view.getUint16(32, true);
  if (length > view.byteLength) throw invalid('its directory is damaged');
  const nameBytes = bytes.subarray(at + 46, at + 46 + nameLength);
  const name = strFromU8(nameBytes, (flags & UTF8_NAME) === 0).replaceAll('\\', '/');
  if (flags & ENCRYPTED) throw invalid(`"${name}" is encrypted`);
  const extra = new DataView(bytes.buffer, nameBytes.byteOffset + nameLength, extraLength);
  const wide = wideSizes(extra, [
    view.getUint32(24, true),
    view.getUint32(20, true),
    view.getUint32(42, true),
  ]);
  const [size = 0, packedSize = 0, offset = 0] = wide;
  const method = methodOf(view.getUint16(10, true), name);
  return { entry: { name, size, packedSize, method, crc32: view.getUint32(16, true), offset }, length };
}

function methodOf(code: number, name: string): ZipEntry['method'] {
  if (code === 0) return 'stored';
  if (code === 8) return 'deflated';
  throw invalid(`"${name}" is packed by method ${code}; only stored and deflate are read`);
}

/** Fields that are all ones stand, in the same order, with 64 bits in the zip64 extra field (id 1). */
function wideSizes(extra: DataView, fields: readonly number[]): readonly number[] {
  if (!fields.includes(MAX_32)) return fields;
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    return fields.map((field) => {
      if (field !== MAX_32) return field;
      if (next + 8 > extra.byteLength) throw invalid('its zip64 fields are damaged');
      next += 8;
      return Number(extra.getBigUint64(next - 8, true));
    });
  }
  return fields;
}

/**
 * The content of an entry. A stored entry is read from `file` piece by piece as it is asked for; a deflated one is
 * unpacked here and checked against its CRC.
 * @param limit - bytes; a deflated entry that says it is larger is refused.
 */
export async function openZipEntry(
  file: RandomAccess,
  entry: ZipEntry,
  limit: number,
): Promise<RandomAccess> {
  const packed = part(file, await contentOffset(file, entry), entry.packedSize);
  if (entry.method === 'stored') return packed;
  return inMemory(await unpack(packed, entry, limit));
}

/** All bytes of an entry, unpacked and checked against its CRC. */
export async function readZipEntry(file: RandomAccess, entry: ZipEntry, limit: number): Promise<Uint8Array> {
  return unpack(part(file, await contentOffset(file, entry), entry.packedSize), entry, limit);
}

async function unpack(packed: RandomAccess, entry: ZipEntry, limit: number): Promise<Uint8Array> {
  if (entry.size > limit || entry.packedSize > limit)
    throw invalid(`"${entry.name}" holds ${entry.size} bytes; at most ${limit} are read`);
  const bytes = await packed.read(0, entry.packedSize);
  const content = entry.method === 'stored' ? bytes : inflate(bytes, entry.size, 'raw');
  if (content.length !== entry.size || crc32(content) !== entry.crc32)
    throw invalid(`"${entry.name}" is damaged (its checksum differs)`);
  return content;
}

/** The local header repeats the name and has an extra field of its own length; the content stands behind it. */
async function contentOffset(file: RandomAccess, entry: ZipEntry): Promise<number> {
  const header = await file.read(entry.offset, 30);
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  if (view.getUint32(0, true) !== LOCAL_HEADER)
    throw invalid(`"${entry.name}" is not where its directory says`);
  return entry.offset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
}

function invalid(reason: string): Problem {
  return new Problem('file/invalid', `The zip cannot be read: ${reason}.`, { reason });
}
