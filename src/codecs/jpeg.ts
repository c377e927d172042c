import mozjpeg from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import { decode as decodeInScript } from 'jpeg-js';
import type { DecodePicture, Picture } from '../core/model/picture.ts';
import { readJpegHeader } from './jpeg-header.ts';
import { orient } from './orient.ts';
import { checkSize, MAX_PIXELS, undecodable, withoutAlpha } from './refuse.ts';
import { type Instantiate, wasmCodec } from './wasm-codec.ts';

const CMYK = 4;
const MAX_MEGABYTES = 2048;
/** The codec's own turning is off: CMYK files and the other formats need ours anyway. */
const LEAVE_ORIENTATION = false;

/**
 * JPEG through libjpeg (mozjpeg), which gives the bytes that Pillow and TensorFlow give. This build of it cannot turn
 * CMYK into RGB; such a file goes through jpeg-js, whose pixels differ from Pillow's by at most 1.
 */
export function jpegDecoder(instantiate: Instantiate): DecodePicture {
  const decode = wasmCodec(mozjpeg, instantiate, [LEAVE_ORIENTATION]);
  return async (bytes) => {
    const { width, height, components, orientation } = readJpegHeader(bytes);
    checkSize(width, height);
    if (components === CMYK) return orient(decodeCmyk(bytes), orientation);
    const { decoded, messages } = await decode(bytes);
    // libjpeg fills what is missing with grey and warns. A half-grey picture would distort a calibration.
    if (messages.some((text) => text.startsWith('Premature end'))) throw undecodable('the JPEG is cut off');
    return orient({ width, height, data: withoutAlpha(decoded.data, width * height) }, orientation);
  };
}

function decodeCmyk(bytes: Uint8Array): Picture {
  try {
    const { width, height, data } = decodeInScript(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: MAX_PIXELS / 1e6,
      maxMemoryUsageInMB: MAX_MEGABYTES,
    });
    return { width, height, data };
  } catch (error) {
    throw undecodable(error instanceof Error ? error.message : String(error));
  }
}
