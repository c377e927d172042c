import { zlibSync } from 'fflate';
import { crc32 } from '../../src/core/formats/crc32.ts';

function chunk(type: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(body, 8);
  view.setUint32(body.length + 8, crc32(bytes.subarray(4, body.length + 8)));
  return bytes;
}

/** Bit depth 8, colour type RGB, deflate, adaptive filters, not interlaced. */
const format = [8, 2, 0, 0, 0];
/** The filter that stores each row as its difference from the one above, which suits gradients. */
const up = 2;

/**
 * A PNG. Written here rather than by the picture library, so that another version of that does not change the bytes.
 * @param pixels - [size, size, 3], 8-bit RGB
 */
export function encodePng(pixels: Uint8Array, size: number): Uint8Array {
  const stride = size * 3;
  const rows = new Uint8Array(size * (stride + 1));
  for (let row = 0; row < size; row++) {
    const start = row * (stride + 1);
    rows[start] = up;
    for (let i = 0; i < stride; i++) {
      rows[start + 1 + i] = (pixels[row * stride + i] as number) - (pixels[(row - 1) * stride + i] ?? 0);
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, size);
  view.setUint32(4, size);
  header.set(format, 8);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ];
  return Uint8Array.from([signature, ...chunks].flatMap((part) => [...part]));
}
