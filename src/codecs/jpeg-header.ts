import { type Orientation, readOrientation } from './exif.ts';
import { undecodable } from './refuse.ts';

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 is grey, 3 colour, 4 CMYK. */
  readonly components: number;
  readonly orientation: Orientation;
}

const APP1 = 0xe1;
const START_OF_SCAN = 0xda;

/** SOF0 to SOF15 without the three codes among them that mean something else (DHT, JPG, DAC). */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Walks the segments of a JPEG up to its frame header (ITU-T T.81, annex B). */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let orientation: Orientation = 1;
  let at = 2;
  while (at + 4 <= bytes.length) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker === 0xff) {
      at++; // Fill bytes, and the stray ones that decoders pass over.
      continue;
    }
    if (marker === START_OF_SCAN) break;
    const length = view.getUint16(at + 2);
    if (isFrame(marker) && at + 10 <= bytes.length) {
      return {
        width: view.getUint16(at + 7),
        height: view.getUint16(at + 5),
        components: bytes[at + 9] ?? 0,
        orientation,
      };
    }
    if (marker === APP1 && bytes[at + 4] === 0x45)
      orientation = readOrientation(bytes.subarray(at + 4, at + 2 + length));
    at += 2 + length;
  }
  throw undecodable('the JPEG has no frame header');
}
