import { pictureKind } from '../core/formats/picture-kind.ts';
import type { DecodePicture, Picture } from '../core/model/picture.ts';
import { Problem } from '../core/problem.ts';
import { decodeBmp } from './bmp.ts';
import { decodeGif } from './gif.ts';
import { jpegDecoder } from './jpeg.ts';
import { decodePng } from './png.ts';
import { undecodable } from './refuse.ts';
import type { Instantiate } from './wasm-codec.ts';
import { webpDecoder } from './webp.ts';

/** The WebAssembly modules of the decoders, which every environment loads in its own way. */
export interface CodecAssets {
  /** `@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm` */
  readonly jpeg: Instantiate;
  /** `@jsquash/webp/codec/dec/webp_dec.wasm` */
  readonly webp: Instantiate;
}

/**
 * A decoder of PNG, JPEG, WebP, BMP and GIF (its first frame), told apart by content, never by name. It gives the same
 * bits in Node and in a browser, and those of Pillow's `ImageOps.exif_transpose(image).convert('RGB')`: upright as EXIF
 * says, alpha dropped without blending, of 16 bits the upper 8, no colour management.
 */
export function pictureDecoder(assets: CodecAssets): DecodePicture {
  const jpeg = jpegDecoder(assets.jpeg);
  const webp = webpDecoder(assets.webp);
  return async (bytes) => {
    try {
      return await decodeKind(bytes, { jpeg, webp });
    } catch (error) {
      if (error instanceof Problem) throw error;
      // A damaged length can lead a reader out of its bytes; memory can run out.
      if (error instanceof RangeError)
        throw undecodable('its data is damaged, or it is too large for the memory');
      throw error;
    }
  };
}

interface Decoders {
  readonly jpeg: DecodePicture;
  readonly webp: DecodePicture;
}

async function decodeKind(bytes: Uint8Array, { jpeg, webp }: Decoders): Promise<Picture> {
  const kind = pictureKind(bytes);
  switch (kind) {
    case 'jpeg':
      return jpeg(bytes);
    case 'png':
      return decodePng(bytes);
    case 'webp':
      return webp(bytes);
    case 'bmp':
      return decodeBmp(bytes);
    case 'gif':
      return decodeGif(bytes);
    case 'svg':
      throw undecodable('SVG drawings have no pixels of their own; export one as PNG');
    case 'tiff':
    case 'avif':
    case 'heic':
    case 'ico':
      throw undecodable(`${kind.toUpperCase()} files are not read; save it as PNG or JPEG`);
    case undefined:
      throw undecodable(bytes.length === 0 ? 'the file is empty' : 'it is no PNG, JPEG, WebP, BMP or GIF');
    default:
      return kind satisfies never;
  }
}
