import type { Picture } from '../core/model/picture.ts';
import { unpackLzw } from './gif-lzw.ts';
import { checkSize, undecodable } from './refuse.ts';

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** RGB triples. */
  readonly palette: Uint8Array;
  /** Where its LZW data begins. */
  readonly dataOffset: number;
}

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const GRAPHIC_CONTROL = 0xf9;

/**
 * The first frame of a GIF (GIF89a specification) on its screen. What the frame leaves free, and its transparent
 * pixels, have the colour that the palette gives them, as when Pillow drops alpha.
 */
export function decodeGif(bytes: Uint8Array): Picture {
  if (bytes.length < 13) throw undecodable('the GIF is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  checkSize(width, height);
  const globalPalette = paletteAt(bytes, 13, bytes[10] ?? 0);
  const { frame, transparent } = findFrame(bytes, 13 + globalPalette.length, globalPalette);
  checkSize(frame.width, frame.height);
  const indices = unpackLzw(bytes, frame.dataOffset, frame.width * frame.height);
  const data = new Uint8Array(width * height * 3);
  fill(data, frame.palette.subarray(transparent * 3, transparent * 3 + 3));
  for (let line = 0; line < frame.height; line++) {
    const y = frame.top + (frame.interlaced ? interlacedRow(line, frame.height) : line);
    if (y >= height) continue;
    const columns = Math.min(frame.width, width - frame.left);
    for (let x = 0, to = (y * width + frame.left) * 3; x < columns; x++, to += 3) {
      const entry = (indices[line * frame.width + x] ?? 0) * 3;
      for (let c = 0; c < 3; c++) data[to + c] = frame.palette[entry + c] ?? 0;
    }
  }
  return { width, height, data };
}

function fill(data: Uint8Array, colour: Uint8Array): void {
  for (let i = 0; i < data.length; i++) data[i] = colour[i % 3] ?? 0;
}

/** A palette of 2^(n+1) colours where the flag in bit 7 of `packed` says that there is one; n is in its low bits. */
function paletteAt(bytes: Uint8Array, offset: number, packed: number): Uint8Array {
  return packed & 0x80 ? bytes.subarray(offset, offset + 3 * 2 ** ((packed & 7) + 1)) : new Uint8Array(0);
}

function findFrame(
  bytes: Uint8Array,
  start: number,
  globalPalette: Uint8Array,
): { readonly frame: Frame; readonly transparent: number } {
  let transparent = 0;
  for (let at = start; at + 10 <= bytes.length; ) {
    if (bytes[at] === IMAGE) return { frame: readFrame(bytes, at, globalPalette), transparent };
    if (bytes[at] !== EXTENSION) break;
    if (bytes[at + 1] === GRAPHIC_CONTROL && (bytes[at + 3] ?? 0) & 1) transparent = bytes[at + 6] ?? 0;
    at = afterBlocks(bytes, at + 2);
  }
  throw undecodable('the GIF holds no picture');
}

/** Data comes in blocks of a length byte and that many bytes; length 0 ends it. */
function afterBlocks(bytes: Uint8Array, offset: number): number {
  let at = offset;
  for (let length = bytes[at] ?? 0; length > 0; length = bytes[at] ?? 0) at += 1 + length;
  return at + 1;
}

function readFrame(bytes: Uint8Array, at: number, globalPalette: Uint8Array): Frame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const packed = bytes[at + 9] ?? 0;
  const localPalette = paletteAt(bytes, at + 10, packed);
  return {
    left: view.getUint16(at + 1, true),
    top: view.getUint16(at + 3, true),
    width: view.getUint16(at + 5, true),
    height: view.getUint16(at + 7, true),
    interlaced: (packed & 0x40) !== 0,
    palette: localPalette.length > 0 ? localPalette : globalPalette,
    dataOffset: at + 10 + localPalette.length,
  };
}

/** The row that stands at `line` of interlaced data: every 8th from 0, every 8th from 4, every 4th from 2, every 2nd from 1. */
function interlacedRow(line: number, height: number): number {
  let rest = line;
  for (const [start, step] of [
    [0, 8],
    [4, 8],
    [2, 4],
  ] as const) {
    const rows = Math.ceil((height - start) / step);
    if (rest < rows) return start + rest * step;
    rest -= Math.max(rows, 0);
  }
  return 1 + rest * 2;
}
