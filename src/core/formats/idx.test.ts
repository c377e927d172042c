import { gzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { readIdx } from './idx.ts';

const images = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4]);
const expected = { shape: [2, 1, 2], dtype: 'uint8', data: new Uint8Array([1, 2, 3, 4]) };

test('bytes', () => expect(readIdx(images)).toEqual(expected));

test('gzipped', () => expect(readIdx(gzipSync(images))).toEqual(expected));

test('values of several bytes are big endian', () => {
  const file = Uint8Array.from([0, 0, 13, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0]);
  expect(readIdx(file)).toEqual({ shape: [1], dtype: 'float32', data: new Float32Array([1.5]) });
});

test.each([
  ['cut data', images.subarray(0, -1), 'file/truncated'],
  ['cut header', images.subarray(0, 9), 'file/truncated'],
  ['an unknown type', Uint8Array.from([0, 0, 7, 1, 0, 0, 0, 0]), 'file/invalid'],
  ['cut gzip', gzipSync(images).subarray(0, 20), 'file/invalid'],
  [
    'a gzip that claims 4 GiB',
    Uint8Array.from([...gzipSync(images).subarray(0, -4), 255, 255, 255, 255]),
    'file/invalid',
  ],
])('%s is refused', (_, bytes, code) => {
  expect(() => readIdx(bytes)).toThrow(expect.objectContaining({ code }));
});
