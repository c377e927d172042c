import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exifOrientation, writePng } from '../../tests/support/png.ts';
import { noShared, readShared, shared, skipNote } from '../../tests/support/shared.ts';
import { codecAssets } from '../cli/codec-assets.ts';
import { Problem } from '../core/problem.ts';
import { pictureDecoder } from './decode.ts';
import type { Orientation } from './exif.ts';
import { readOrientation } from './exif.ts';
import { orient } from './orient.ts';

const decode = pictureDecoder(codecAssets());
const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const latin1 = (text: string) => [...text].map((letter) => letter.charCodeAt(0));

describe('BMP', () => {
  /** 3 × 2 pixels of `bits` bits; rows as they stand in the file. */
  function bmp(
    bits: number,
    rows: readonly (readonly number[])[],
    { topDown = false, palette = [] as readonly number[] } = {},
  ): Uint8Array {
    const header = new DataView(new ArrayBuffer(54));
    header.setUint16(0, 0x424d);
    header.setUint32(10, 54 + palette.length, true);
    header.setUint32(14, 40, true);
    header.setInt32(18, 3, true);
    header.setInt32(22, topDown ? -2 : 2, true);
    header.setUint16(28, bits, true);
    return Uint8Array.from([...new Uint8Array(header.buffer), ...palette, ...rows.flat()]);
  }
  const palette = [3, 2, 1, 0, 30, 20, 10, 0];
  const twoColours = [10, 20, 30, 1, 2, 3, 10, 20, 30, 1, 2, 3, 1, 2, 3, 1, 2, 3];

  test.each([
    [
      '1 bit',
      bmp(
        1,
        [
          [0, 0, 0, 0],
          [0b10100000, 0, 0, 0],
        ],
        { palette },
      ),
      twoColours,
    ],
    [
      '4 bits, top down',
      bmp(
        4,
        [
          [0x10, 0x10, 0, 0],
          [0, 0, 0, 0],
        ],
        { palette, topDown: true },
      ),
      twoColours,
    ],
    [
      '8 bits',
      bmp(
        8,
        [
          [0, 0, 0, 0],
          [1, 0, 1, 0],
        ],
        { palette },
      ),
      twoColours,
    ],
    [
      '16 bits',
      bmp(16, [
        [0, 0, 0, 0, 0, 0, 0, 0],
        [0x00, 0x7c, 0xe0, 0x03, 0x1f, 0, 0, 0],
      ]),
      [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ],
    [
      '24 bits',
      bmp(24, [
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      ]),
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 9, 4, 5, 6, 1, 2, 3],
    ],
    [
      '32 bits',
      bmp(32, [
        [9, 8, 7, 0, 6, 5, 4, 0, 3, 2, 1, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      ]),
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 9, 4, 5, 6, 1, 2, 3],
    ],
  ])('%s', async (_, file, pixels) => {
    expect(await decode(file)).toEqual({ width: 3, height: 2, data: Uint8Array.from(pixels) });
  });

  test('a compressed one is refused by name', async () => {
    const file = bmp(8, [
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    file[30] = 1;
    await expect(decode(file)).rejects.toThrow(/compression 1/);
  });
});

describe('GIF', () => {
  const screen = (width: number, height: number) => [
    ...latin1('GIF89a'),
    width,
    0,
    height,
    0,
    0x80,
    0,
    0,
    1,
    2,
    3,
    10,
    20,
    30,
  ];

  test('a frame that covers a part of the screen', async () => {
    // Codes clear, 1, 1, end of 3 bits each.
    const frame = [0x2c, 1, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, 0b01_001_100, 0b1010, 0, 0x3b];
    const { data } = await decode(bytes(...screen(3, 2), ...frame));
    expect([...data]).toEqual([1, 2, 3, 10, 20, 30, 10, 20, 30, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });

  test.each([
    ['no frame', bytes(...screen(3, 2), 0x3b)],
    ['cut data', bytes(...screen(3, 2), 0x2c, 1, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, 0b01_001_100)],
    [
      'a code that is not known yet',
      bytes(...screen(2, 1), 0x2c, 0, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, 0b00_111_100, 0, 0),
    ],
  ])('%s is refused', async (_, file) => {
    await expect(decode(file)).rejects.toMatchObject({ code: 'images/undecodable' });
  });
});

describe('EXIF orientation', () => {
  // Two rows of three pixels, numbered; what a viewer shows for each orientation.
  const raw = {
    width: 3,
    height: 2,
    data: Uint8Array.from([0, 1, 2, 3, 4, 5].flatMap((pixel) => [pixel, 0, 0])),
  };
  test.each<[Orientation, number, number[]]>([
    [1, 3, [0, 1, 2, 3, 4, 5]],
    [2, 3, [2, 1, 0, 5, 4, 3]],
    [3, 3, [5, 4, 3, 2, 1, 0]],
    [4, 3, [3, 4, 5, 0, 1, 2]],
    [5, 2, [0, 3, 1, 4, 2, 5]],
    [6, 2, [3, 0, 4, 1, 5, 2]],
    [7, 2, [5, 2, 4, 1, 3, 0]],
    [8, 2, [2, 5, 1, 4, 0, 3]],
  ])('%d', (orientation, width, pixels) => {
    const turned = orient(raw, orientation);
    expect(turned.width).toBe(width);
    expect([...turned.data].filter((_, i) => i % 3 === 0)).toEqual(pixels);
    expect(readOrientation(exifOrientation(orientation))).toBe(orientation);
  });

  test('in a PNG', async () => {
    const { width, height } = await decode(
      writePng({ width: 3, height: 2, colour: 0, depth: 8, orientation: 6 }, () => 0),
    );
    expect([width, height]).toEqual([2, 3]);
  });

  test('damaged blocks mean upright', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (block) => readOrientation(block) >= 1));
  });
});

describe.skipIf(noShared)(`pictures found in the wild${skipNote}`, () => {
  const names = noShared ? [] : readdirSync(shared('bad-inputs/images'));
  const works = (name: string) => name.startsWith('ok');

  test.each(names.filter(works))('%s is decoded', async (name) => {
    const { width, height, data } = await decode(readShared('bad-inputs/images', name));
    expect(data.length).toBe(width * height * 3);
  });

  test.each(names.filter((name) => !works(name)))('%s is refused with a reason', async (name) => {
    await expect(decode(readShared('bad-inputs/images', name))).rejects.toMatchObject({
      code: 'images/undecodable',
    });
  });

  test('a picture on its side is turned upright', async () => {
    expect(await decode(readShared('bad-inputs/images/ok-exif-rotate90.jpg'))).toMatchObject({
      width: 320,
      height: 240,
    });
  });

  test('one failure does not spoil the next picture', async () => {
    const good = readShared('bad-inputs/images/ok-gray.jpg');
    const before = await decode(good);
    await expect(decode(good.subarray(0, 300))).rejects.toBeInstanceOf(Problem);
    expect(await decode(good)).toEqual(before);
  });

  test.each(['ok-gray.jpg', 'ok-cmyk.jpg', 'ok.webp', 'ok-anim.gif', 'ok.bmp'])(
    'changed bytes of %s end in a Problem or in a picture',
    async (name) => {
      const file = new Uint8Array(readFileSync(shared('bad-inputs/images', name)));
      await fc.assert(
        fc.asyncProperty(
          fc.nat({ max: 700 }),
          fc.nat({ max: 255 }),
          fc.integer({ min: 20, max: file.length }),
          async (at, value, length) => {
            const changed = file.slice(0, length);
            changed[at % length] = value;
            await decode(changed).catch((error: unknown) => expect(error).toBeInstanceOf(Problem));
          },
        ),
        { numRuns: 30 },
      );
    },
  );
});
