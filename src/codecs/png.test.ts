import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writePng } from '../../tests/support/png.ts';
import { codecAssets } from '../cli/codec-assets.ts';
import { crc32 } from '../core/formats/crc32.ts';
import { Problem } from '../core/problem.ts';
import { pictureDecoder } from './decode.ts';

const decode = pictureDecoder(codecAssets());

describe('PNG', () => {
  const palette = Uint8Array.from({ length: 768 }, (_, i) => (i * 37) & 255);
  const formats = [
    [0, 1],
    [0, 2],
    [0, 4],
    [0, 8],
    [0, 16],
    [2, 8],
    [2, 16],
    [3, 1],
    [3, 2],
    [3, 4],
    [3, 8],
    [4, 8],
    [4, 16],
    [6, 8],
    [6, 16],
  ] as const;
  const value = (x: number, y: number, channel: number, depth: number) =>
    (x * 7919 + y * 104729 + channel * 31337) % 2 ** depth;

  /** 8-bit RGB of a raw value: the upper 8 of 16 bits, few bits spread over 0 … 255. */
  function expected(x: number, y: number, [colour, depth]: (typeof formats)[number]): number[] {
    const component = (channel: number) => {
      const raw = value(x, y, channel, depth);
      return depth === 16 ? raw >> 8 : colour === 3 ? raw : (raw * 255) / (2 ** depth - 1);
    };
    if (colour === 3) return [0, 1, 2].map((c) => palette[component(0) * 3 + c] ?? 0);
    return [0, 1, 2].map((channel) => component(colour === 2 || colour === 6 ? channel : 0));
  }

  const cases = formats.flatMap((format) => [false, true].map((interlaced) => ({ format, interlaced })));
  test.each(cases)(
    'colour type and depth $format, interlaced $interlaced',
    async ({ format, interlaced }) => {
      const [colour, depth] = format;
      for (const [width, height, filter] of [
        [13, 11, 0],
        [13, 11, 1],
        [13, 11, 2],
        [13, 11, 3],
        [13, 11, 4],
        [1, 1, 0],
        [3, 9, 4],
      ] as const) {
        const options = {
          width,
          height,
          colour,
          depth,
          interlaced,
          filter,
          ...(colour === 3 && { palette: palette.subarray(0, 3 * 2 ** depth) }),
        };
        const picture = await decode(writePng(options, (x, y, channel) => value(x, y, channel, depth)));
        const pixels = Array.from({ length: width * height }, (_, i) =>
          expected(i % width, Math.floor(i / width), format),
        ).flat();
        expect(picture).toEqual({ width, height, data: Uint8Array.from(pixels) });
      }
    },
  );

  const grey = writePng({ width: 4, height: 4, colour: 0, depth: 8 }, (x, y) => x * 10 + y);

  /** `grey` whose header says another size, with a checksum that is right. */
  function resized(width: number, height: number): Uint8Array {
    const changed = grey.slice();
    const view = new DataView(changed.buffer);
    view.setUint32(16, width);
    view.setUint32(20, height);
    view.setUint32(29, crc32(changed.subarray(12, 29)));
    return changed;
  }

  test.each([
    ['more pixels than are read', 65536, 65536, /65536 × 65536 pixels are more than/],
    ['no pixels', 4, 0, /4 × 0 pixels/],
    ['more than the data can be', 9000, 9000, /cannot become/],
    ['more than the data is', 4, 5, /not 25/],
    ['less than the data is', 4, 3, /more than/],
  ])('a header that says %s is refused', async (_, width, height, reason) => {
    await expect(decode(resized(width, height))).rejects.toThrow(reason);
    await expect(decode(resized(width, height))).rejects.toMatchObject({ code: 'images/undecodable' });
  });

  test('changed and missing bytes end in a Problem or in a picture', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: grey.length - 1 }),
        fc.nat({ max: 255 }),
        fc.nat({ max: grey.length }),
        async (at, to, length) => {
          const changed = grey.slice(0, length);
          if (at < length) changed[at] = to;
          await decode(changed).catch((error: unknown) => expect(error).toBeInstanceOf(Problem));
        },
      ),
    );
  });
});
