import type { Picture } from '../core/model/picture.ts';
import type { Orientation } from './exif.ts';

/**
 * Turns a picture as its EXIF orientation says, so that it is upright. Orientations from 5 on exchange rows and columns.
 */
export function orient(picture: Picture, orientation: Orientation): Picture {
  if (orientation === 1) return picture;
  const { width, height, data } = picture;
  const transposed = orientation >= 5;
  const flipX = orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8;
  const flipY = orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7;
  const [outWidth, outHeight] = transposed ? [height, width] : [width, height];
  const out = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++, to += 3) {
      const [column, row] = transposed ? [y, x] : [x, y];
      const from = ((flipY ? height - 1 - row : row) * width + (flipX ? width - 1 - column : column)) * 3;
      out[to] = data[from] ?? 0;
      out[to + 1] = data[from + 1] ?? 0;
      out[to + 2] = data[from + 2] ?? 0;
    }
  }
  return { width: outWidth, height: outHeight, data: out };
}
