import type { Picture } from '../core/model/picture.ts';
import { checkSize, undecodable } from './refuse.ts';

interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Rows stand from top to bottom; usually they do not. */
  readonly topDown: boolean;
  /** Bits of a pixel. */
  readonly bits: number;
  /** Where each component lies within a pixel of 16, 24 or 32 bits: red, green, blue. */
  readonly masks: readonly [number, number, number];
  readonly paletteOffset: number;
  /** Bytes of a palette entry: 3 in the OS/2 variant, else 4. Blue first. */
  readonly paletteStride: number;
  readonly dataOffset: number;
}

const OS2_HEADER = 12;
const MASKS_FOLLOW = 3;

/** Uncompressed BMP of 1, 4, 8, 16, 24 or 32 bits (Microsoft, BITMAPINFOHEADER and its successors). */
export function decodeBmp(bytes: Uint8Array): Picture {
  const header = readHeader(bytes);
  const { width, height, bits } = header;
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (header.dataOffset + stride * height > bytes.length) throw undecodable('the BMP is cut off');
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = header.dataOffset + (header.topDown ? y : height - 1 - y) * stride;
    const row = {
      row: bytes.subarray(from, from + stride),
      width,
      rgb: data.subarray(y * width * 3, (y + 1) * width * 3),
    };
    if (bits <= 8) unpackPalette(row, bytes.subarray(header.paletteOffset, header.dataOffset), header);
    else unpackMasked(row, header);
  }
  return { width, height, data };
}

function readHeader(bytes: Uint8Array): BmpHeader {
  if (bytes.length < 30) throw undecodable('the BMP is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerSize = view.getUint32(14, true);
  const os2 = headerSize === OS2_HEADER;
  if (!os2 && (headerSize < 40 || bytes.length < 54)) throw undecodable('the header of the BMP is damaged');
  const width = os2 ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = os2 ? view.getUint16(20, true) : view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  checkSize(width, height);
  const bits = view.getUint16(os2 ? 24 : 28, true);
  const compression = os2 ? 0 : view.getUint32(30, true);
  const masked = compression === MASKS_FOLLOW && (bits === 16 || bits === 32);
  if (![1, 4, 8, 16, 24, 32].includes(bits) || (compression !== 0 && !masked)) {
    throw undecodable(`BMP files of ${bits} bits and compression ${compression} are not read`, {
      bits,
      compression,
    });
  }
  return {
    width,
    height,
    topDown: signedHeight < 0,
    bits,
    masks: masked ? readMasks(view) : bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff],
    paletteOffset: 14 + headerSize,
    paletteStride: os2 ? 3 : 4,
    dataOffset: view.getUint32(10, true),
  };
}

/** The masks stand behind the first 40 bytes of the header, whether they count as part of it or not. */
function readMasks(view: DataView): readonly [number, number, number] {
  if (view.byteLength < 66) throw undecodable('the BMP is cut off');
  return [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)];
}

interface Row {
  readonly row: Uint8Array;
  readonly width: number;
  readonly rgb: Uint8Array;
}

function unpackPalette(
  { row, width, rgb }: Row,
  palette: Uint8Array,
  { bits, paletteStride }: BmpHeader,
): void {
  const perByte = 8 / bits;
  for (let x = 0; x < width; x++) {
    const shift = 8 - bits - (x % perByte) * bits;
    const index = ((row[Math.floor(x / perByte)] ?? 0) >> shift) & ((1 << bits) - 1);
    for (let c = 0; c < 3; c++) rgb[x * 3 + c] = palette[index * paletteStride + 2 - c] ?? 0;
  }
}

function unpackMasked({ row, width, rgb }: Row, { bits, masks }: BmpHeader): void {
  const bytesEach = bits / 8;
  const fields = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { shift, max: mask >>> shift };
  });
  for (let x = 0, from = 0; x < width; x++, from += bytesEach) {
    let pixel = 0;
    for (let byte = bytesEach - 1; byte >= 0; byte--) pixel = (pixel << 8) | (row[from + byte] ?? 0);
    fields.forEach(({ shift, max }, c) => {
      rgb[x * 3 + c] = max === 0 ? 0 : Math.floor((((pixel >>> shift) & max) * 255) / max);
    });
  }
}
