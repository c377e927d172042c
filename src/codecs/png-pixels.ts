import { undecodable } from './refuse.ts';

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of one component: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** PNG's colour type: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
  readonly colour: number;
  readonly interlaced: boolean;
}

/** Every `stepX`-th pixel of every `stepY`-th row from (x, y): all of a picture, or one of the seven passes of Adam7. */
export interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The passes that hold pixels, in the order of the file (PNG specification, 8.2). */
export function passesOf(header: PngHeader): readonly Pass[] {
  const starts = header.interlaced ? adam7 : ([[0, 0, 1, 1]] as const);
  return starts
    .map(([x, y, stepX, stepY]) => ({
      x,
      y,
      stepX,
      stepY,
      width: Math.ceil((header.width - x) / stepX),
      height: Math.ceil((header.height - y) / stepY),
    }))
    .filter((pass) => pass.width > 0 && pass.height > 0);
}

function channelsOf(colour: number): number {
  return colour === 2 ? 3 : colour === 4 ? 2 : colour === 6 ? 4 : 1;
}

/** Bytes of a row of `width` pixels, without the filter byte before it. */
export function scanlineBytes(header: PngHeader, width: number): number {
  return Math.ceil((width * header.depth * channelsOf(header.colour)) / 8);
}

export interface PassData {
  /** All rows of the picture, each behind the byte of its filter; unfiltered in place. */
  readonly scanlines: Uint8Array;
  /** Where the pass begins in `scanlines`. */
  readonly at: number;
  readonly pass: Pass;
  readonly header: PngHeader;
  /** RGB triples. */
  readonly palette: Uint8Array;
}

/**
 * Writes the pixels of one pass into `rgb` (width · height · 3 bytes of the whole picture).
 * @returns where the next pass begins.
 */
export function unpackPass({ scanlines, at, pass, header, palette }: PassData, rgb: Uint8Array): number {
  const bytes = scanlineBytes(header, pass.width);
  const pixelBytes = Math.max(1, (header.depth * channelsOf(header.colour)) / 8);
  let above: Uint8Array = new Uint8Array(bytes);
  for (let y = 0; y < pass.height; y++) {
    const row = scanlines.subarray(at + 1, at + 1 + bytes);
    unfilter(scanlines[at] ?? 0, { row, above, pixelBytes });
    const to = ((pass.y + y * pass.stepY) * header.width + pass.x) * 3;
    const target = { rgb, to, step: pass.stepX * 3, width: pass.width };
    if (header.colour === 3) unpackPalette(row, { palette, depth: header.depth }, target);
    else if (header.colour === 2 || header.colour === 6) unpackColour(row, header, target);
    else unpackGrey(row, header, target);
    above = row;
    at += 1 + bytes;
  }
  return at;
}

/** PNG specification, 9.2: each byte was stored as its difference from a prediction out of its neighbours. */
function unfilter(
  filter: number,
  lines: { readonly row: Uint8Array; readonly above: Uint8Array; readonly pixelBytes: number },
): void {
  const { row, above, pixelBytes } = lines;
  if (filter > 4) throw undecodable(`the PNG uses filter ${filter}, which does not exist`);
  if (filter === 0) return;
  for (let i = 0; i < row.length; i++) {
    const left = i < pixelBytes ? 0 : (row[i - pixelBytes] ?? 0);
    const up = above[i] ?? 0;
    const upLeft = i < pixelBytes ? 0 : (above[i - pixelBytes] ?? 0);
    const prediction =
      filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : paeth(left, up, upLeft);
    row[i] = (row[i] ?? 0) + prediction;
  }
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const [toLeft, toUp, toUpLeft] = [
    Math.abs(estimate - left),
    Math.abs(estimate - up),
    Math.abs(estimate - upLeft),
  ];
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

/** Where the `width` pixels of a row go: the first at byte `to`, each next `step` bytes on. */
interface Target {
  readonly rgb: Uint8Array;
  readonly to: number;
  readonly step: number;
  readonly width: number;
}

/** The value at `index` of a row of 1-, 2-, 4- or 8-bit values. */
function packedValue(row: Uint8Array, depth: number, index: number): number {
  const bit = index * depth;
  return ((row[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

function unpackGrey(row: Uint8Array, { depth, colour }: PngHeader, { rgb, to, step, width }: Target): void {
  const scale = depth < 8 ? 255 / ((1 << depth) - 1) : 1;
  const channels = channelsOf(colour);
  for (let i = 0, at = to; i < width; i++, at += step) {
    const value = depth === 16 ? (row[i * channels * 2] ?? 0) : packedValue(row, depth, i * channels) * scale;
    rgb[at] = value;
    rgb[at + 1] = value;
    rgb[at + 2] = value;
  }
}

interface Palette {
  readonly palette: Uint8Array;
  readonly depth: number;
}

function unpackPalette(row: Uint8Array, { palette, depth }: Palette, { rgb, to, step, width }: Target): void {
  for (let i = 0, at = to; i < width; i++, at += step) {
    const entry = packedValue(row, depth, i) * 3;
    // An index beyond the palette is black, as libpng makes it.
    rgb[at] = palette[entry] ?? 0;
    rgb[at + 1] = palette[entry + 1] ?? 0;
    rgb[at + 2] = palette[entry + 2] ?? 0;
  }
}

function unpackColour(row: Uint8Array, { depth, colour }: PngHeader, { rgb, to, step, width }: Target): void {
  const component = depth / 8;
  const pixel = component * channelsOf(colour);
  for (let i = 0, from = 0, at = to; i < width; i++, from += pixel, at += step) {
    rgb[at] = row[from] ?? 0;
    rgb[at + 1] = row[from + component] ?? 0;
    rgb[at + 2] = row[from + 2 * component] ?? 0;
  }
}
