import { crc32 } from '../core/formats/crc32.ts';
import { inflate } from '../core/formats/inflate.ts';
import { latin1 } from '../core/formats/picture-kind.ts';
import type { Picture } from '../core/model/picture.ts';
import { asProblem } from '../core/problem.ts';
import { type Orientation, readOrientation } from './exif.ts';
import { orient } from './orient.ts';
import { type PngHeader, passesOf, scanlineBytes, unpackPass } from './png-pixels.ts';
import { checkSize, undecodable } from './refuse.ts';

interface PngChunks {
  readonly header: PngHeader;
  readonly palette: Uint8Array;
  /** zlib stream of all IDAT chunks. */
  readonly data: Uint8Array;
  readonly orientation: Orientation;
}

/** Bit depths that each colour type allows (PNG specification, table 11.1). */
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/**
 * PNG of every colour type, depth and interlacing. Of 16 bits the upper 8 are kept, alpha and gamma are passed over,
 * as Pillow and TensorFlow do. A reader of our own, because it may allocate no more than the header says.
 */
export function decodePng(bytes: Uint8Array): Picture {
  const { header, palette, data, orientation } = readChunks(bytes);
  const scanlines = inflateScanlines(data, header);
  const pixels = new Uint8Array(header.width * header.height * 3);
  let at = 0;
  for (const pass of passesOf(header)) {
    at = unpackPass({ scanlines, at, pass, header, palette }, pixels);
  }
  return orient({ width: header.width, height: header.height, data: pixels }, orientation);
}

function inflateScanlines(data: Uint8Array, header: PngHeader): Uint8Array {
  const size = passesOf(header).reduce(
    (sum, pass) => sum + pass.height * (1 + scanlineBytes(header, pass.width)),
    0,
  );
  try {
    return inflate(data, size, 'zlib');
  } catch (error) {
    throw undecodable(asProblem(error).message.replace(/\.$/, ''));
  }
}

function readChunks(bytes: Uint8Array): PngChunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let header: PngHeader | undefined;
  let palette: Uint8Array = new Uint8Array(0);
  let orientation: Orientation = 1;
  const data: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) break;
    const kind = latin1(bytes, at + 4, 4);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (
      isCritical(kind) &&
      crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)
    ) {
      throw undecodable(`the ${kind} part of the PNG is damaged (its checksum differs)`);
    }
    if (kind === 'IHDR') header = readHeader(content);
    else if (kind === 'PLTE') palette = content;
    else if (kind === 'IDAT') data.push(content);
    else if (kind === 'eXIf') orientation = readOrientation(content);
    else if (kind === 'IEND') break;
    at += 12 + length;
  }
  if (header === undefined || data.length === 0) throw undecodable('the PNG is cut off');
  return { header, palette, data: concatenate(data), orientation };
}

/** Chunks whose name begins with a capital letter are needed to show the picture. */
function isCritical(kind: string): boolean {
  return /^[A-Z]/.test(kind);
}

function readHeader(content: Uint8Array): PngHeader {
  if (content.length !== 13) throw undecodable('the header of the PNG is damaged');
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth = 0, colour = 0, compression, filter, interlace = 0] = content.subarray(8);
  checkSize(width, height);
  if (!depths[colour]?.includes(depth) || compression !== 0 || filter !== 0 || interlace > 1) {
    throw undecodable('the header of the PNG is damaged', { depth, colour, compression, filter, interlace });
  }
  return { width, height, depth, colour, interlaced: interlace === 1 };
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
