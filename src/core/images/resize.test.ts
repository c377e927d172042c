import { expect, test } from 'vitest';
import { resizeBilinear } from './resize.ts';

/** 7 × 5 pixels. */
const raster = {
  width: 7,
  height: 5,
  channels: 1,
  data: Uint8Array.from({ length: 35 }, (_, i) => (i * i * 7 + i * 53) % 256),
};

// Made by Pillow 10.4.0: Image.fromarray(a).resize((width, height), Image.BILINEAR).
test.each([
  [3, 2, [89, 137, 116, 98, 140, 150]],
  [7, 2, [102, 86, 72, 188, 120, 160, 62, 86, 102, 110, 166, 120, 192, 116]],
  [4, 5, [32, 144, 134, 112, 151, 89, 157, 95, 67, 85, 149, 106, 144, 122, 131, 169, 41, 159, 164, 161]],
  [1, 1, [123]],
  [
    14,
    3,
    [
      87, 85, 81, 81, 84, 118, 183, 187, 131, 115, 140, 131, 89, 67, 105, 105, 105, 94, 73, 83, 126, 143, 136,
      146, 174, 156, 91, 59, 79, 81, 85, 101, 131, 154, 172, 166, 136, 137, 169, 177, 161, 152,
    ],
  ],
])('to %d × %d as Pillow does', (width, height, expected) => {
  expect([...resizeBilinear(raster, width, height).data]).toEqual(expected);
});

test('channels do not mix', () => {
  const three = {
    ...raster,
    channels: 3,
    data: Uint8Array.from([...raster.data].flatMap((value) => [value, 0, 255])),
  };
  const expected = [...resizeBilinear(raster, 4, 3).data].flatMap((value) => [value, 0, 255]);
  expect([...resizeBilinear(three, 4, 3).data]).toEqual(expected);
});
