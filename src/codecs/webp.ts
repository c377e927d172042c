import libwebp from '@jsquash/webp/codec/dec/webp_dec.js';
import { latin1 } from '../core/formats/picture-kind.ts';
import type { DecodePicture } from '../core/model/picture.ts';
import { type Orientation, readOrientation } from './exif.ts';
import { orient } from './orient.ts';
import { checkSize, undecodable, withoutAlpha } from './refuse.ts';
import { type Instantiate, wasmCodec } from './wasm-codec.ts';

interface WebpHeader {
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
}

const ANIMATION = 2;

/** WebP through libwebp; the first picture only, and no animations. */
export function webpDecoder(instantiate: Instantiate): DecodePicture {
  const decode = wasmCodec(libwebp, instantiate);
  return async (bytes) => {
    const { width, height, orientation } = readWebpHeader(bytes);
    checkSize(width, height);
    const { decoded } = await decode(bytes);
    const picture = {
      width: decoded.width,
      height: decoded.height,
      data: withoutAlpha(decoded.data, decoded.width * decoded.height),
    };
    return orient(picture, orientation);
  };
}

/** Walks the chunks of the RIFF container (RFC 9649, section 2). */
function readWebpHeader(bytes: Uint8Array): WebpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let size: readonly [number, number] | undefined;
  let orientation: Orientation = 1;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const kind = latin1(bytes, at, 4);
    const length = view.getUint32(at + 4, true);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (kind === 'VP8X' && (content[0] ?? 0) & ANIMATION)
      throw undecodable('animated WebP files are not read');
    if (kind === 'EXIF') orientation = readOrientation(content);
    size ??= sizeOf(kind, content);
    at += 8 + length + (length % 2);
  }
  if (size === undefined) throw undecodable('the WebP file is cut off');
  return { width: size[0], height: size[1], orientation };
}

function sizeOf(kind: string, content: Uint8Array): readonly [number, number] | undefined {
  if (content.length < 10) return undefined;
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  switch (kind) {
    case 'VP8X':
      return [(view.getUint32(4, true) & 0xffffff) + 1, (view.getUint32(6, true) >>> 8) + 1];
    case 'VP8L':
      return [(view.getUint32(1, true) & 0x3fff) + 1, ((view.getUint32(1, true) >>> 14) & 0x3fff) + 1];
    case 'VP8 ':
      return [view.getUint16(6, true) & 0x3fff, view.getUint16(8, true) & 0x3fff];
    default:
      return undefined;
  }
}
