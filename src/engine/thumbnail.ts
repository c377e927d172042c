import { fitPicture } from '../core/images/fit.ts';
import type { Picture } from '../core/model/picture.ts';
import type { Thumbnail } from './api.ts';

/** Pixels; twice the size of a tile, for dense screens. */
const side = 96;
const headerBytes = 54;

/**
 * A picture cut to a small square, as an uncompressed BMP: a browser shows it without a codec or a canvas of ours.
 * Format: BITMAPFILEHEADER and BITMAPINFOHEADER, 24 bits, rows from the bottom up; 96 × 3 bytes need no padding.
 */
export function thumbnailOf(picture: Picture): Thumbnail {
  const small = fitPicture(picture, {
    size: [side, side],
    fit: 'crop',
    channels: 'rgb',
    mean: [0],
    std: [1],
  });
  const bmp = new Uint8Array(headerBytes + side * side * 3);
  const view = new DataView(bmp.buffer);
  bmp.set([0x42, 0x4d]);
  view.setUint32(2, bmp.length, true);
  view.setUint32(10, headerBytes, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, side, true);
  view.setInt32(22, side, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = ((side - 1 - y) * side + x) * 3;
      const to = headerBytes + (y * side + x) * 3;
      for (let c = 0; c < 3; c++) bmp[to + c] = small.data[from + 2 - c] ?? 0;
    }
  }
  return { bmp };
}
