import { zlibSync } from 'fflate';
import { crc32 } from '../../src/core/formats/crc32.ts';

export interface PngOptions {
  readonly width: number;
  readonly height: number;
  /** PNG's colour type and bit depth. */
  readonly colour: 0 | 2 | 3 | 4 | 6;
  readonly depth: number;
  readonly interlaced?: boolean;
  /** The filter of every row, 0 to 4. */
  readonly filter?: number;
  /** RGB triples. */
  readonly palette?: Uint8Array;
  /** EXIF orientation. */
  readonly orientation?: number;
}

const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const channelCounts = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

/**
 * A PNG writer for tests, which the reader is checked against: `value(x, y, channel)` gives raw values of `depth` bits.
 */
export function writePng(
  options: PngOptions,
  value: (x: number, y: number, channel: number) => number,
): Uint8Array {
  const { width, height, colour, depth, interlaced = false, palette, orientation } = options;
  const header = new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, depth, colour, 0, 0, interlaced ? 1 : 0]);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  const rows: number[] = [];
  for (const [x0, y0, dx, dy] of interlaced ? passes : ([[0, 0, 1, 1]] as const)) {
    let above: number[] = [];
    for (let y = y0; y < height && x0 < width; y += dy) {
      const row = packRow(options, (x, channel) => value(x, y, channel), [x0, dx]);
      rows.push(...filterRow(row, above, options));
      above = row;
    }
  }
  const exif = orientation === undefined ? [] : [chunk('eXIf', exifOrientation(orientation))];
  const parts = [
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    chunk('IHDR', header),
    ...(palette === undefined ? [] : [chunk('PLTE', palette)]),
    ...exif,
    chunk('IDAT', zlibSync(Uint8Array.from(rows))),
    chunk('IEND', new Uint8Array(0)),
  ];
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A little TIFF file that holds one orientation. */
export function exifOrientation(orientation: number): Uint8Array {
  return new Uint8Array([
    0x49,
    0x49,
    42,
    0,
    8,
    0,
    0,
    0,
    1,
    0,
    0x12,
    1,
    3,
    0,
    1,
    0,
    0,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
}

function packRow(
  { width, colour, depth }: PngOptions,
  value: (x: number, channel: number) => number,
  [x0, dx]: readonly [number, number],
): number[] {
  let bits = '';
  for (let x = x0; x < width; x += dx) {
    for (let channel = 0; channel < channelCounts[colour]; channel++)
      bits += value(x, channel).toString(2).padStart(depth, '0');
  }
  return bits.match(/.{1,8}/g)?.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)) ?? [];
}

function filterRow(
  row: readonly number[],
  above: readonly number[],
  { colour, depth, filter = 0 }: PngOptions,
): number[] {
  const step = Math.max(1, (channelCounts[colour] * depth) / 8);
  const filtered = row.map((byte, i) => {
    const [left, up, upLeft] = [row[i - step] ?? 0, above[i] ?? 0, i < step ? 0 : (above[i - step] ?? 0)];
    const estimate = left + up - upLeft;
    const nearest =
      [left, up, upLeft].toSorted((a, b) => Math.abs(estimate - a) - Math.abs(estimate - b))[0] ?? 0;
    return (byte - ([0, left, up, (left + up) >> 1, nearest][filter] ?? 0)) & 255;
  });
  return [filter, ...filtered];
}

function chunk(kind: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(
    [...kind].map((letter) => letter.charCodeAt(0)),
    4,
  );
  bytes.set(content, 8);
  view.setUint32(content.length + 8, crc32(bytes.subarray(4, content.length + 8)));
  return bytes;
}
