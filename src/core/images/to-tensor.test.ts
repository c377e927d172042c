import { describe, expect, test } from 'vitest';
import type { Tensor } from '../model/types.ts';
import { fitOfArray, valueFromArray } from './array-fit.ts';
import type { Preprocess } from './preprocess.ts';
import { toTensor } from './to-tensor.ts';

const input = (
  shape: readonly number[],
  dtype: Tensor['dtype'] = 'float32',
  scale?: number,
  zeroPoint = 0,
): Tensor => ({
  name: 'x',
  shape,
  dtype,
  ...(scale !== undefined && {
    quant: { scale: Float32Array.of(scale), zeroPoint: Int32Array.of(zeroPoint), axis: 0 },
  }),
});

/** Two pixels beside each other. */
const picture = { width: 2, height: 1, data: Uint8Array.of(0, 10, 255, 100, 128, 200) };
const rgb: Preprocess = { size: [1, 2], fit: 'stretch', channels: 'rgb', mean: [0], std: [1] };
const values = (preprocess: Preprocess, tensor: Tensor) => [
  ...(toTensor(picture, preprocess, tensor).data as Float32Array),
];

describe('a picture as a value', () => {
  test.each<[string, Partial<Preprocess>, Tensor, number[]]>([
    ['pixels', {}, input([1, 1, 2, 3]), [0, 10, 255, 100, 128, 200]],
    ['without a batch', {}, input([1, 2, 3]), [0, 10, 255, 100, 128, 200]],
    ['blue first', { channels: 'bgr' }, input([1, 1, 2, 3]), [255, 10, 0, 200, 128, 100]],
    [
      'normalized',
      { mean: [127.5], std: [127.5] },
      input([1, 1, 2, 3]),
      [-1, -235 / 255, 1, -55 / 255, 1 / 255, 145 / 255].map(Math.fround),
    ],
    [
      'normalized by channel',
      { mean: [0, 10, 55], std: [1, 2, 100] },
      input([1, 1, 2, 3]),
      [0, 0, 2, 100, 59, Math.fround(1.45)],
    ],
    ['grey', { channels: 'grey' }, input([1, 1, 2, 1]), [35, 128]],
    ['raw uint8', { mean: [127.5], std: [127.5] }, input([1, 1, 2, 3], 'uint8'), [0, 10, 255, 100, 128, 200]],
    [
      'quantized int8',
      { std: [255] },
      input([1, 1, 2, 3], 'int8', 1 / 255, -128),
      [-128, -118, 127, -28, 0, 72],
    ],
    ['clamped', {}, input([1, 1, 2, 3], 'int8', 1, 0), [0, 10, 127, 100, 127, 127]],
    ['half away from zero', { mean: [128] }, input([1, 1, 2, 3], 'int8', 4, 0), [-32, -30, 32, -7, 0, 18]],
  ])('%s', (_, change, tensor, expected) => {
    expect(values({ ...rgb, ...change }, tensor)).toEqual(expected);
  });

  test('the shortest form of the normalization is that of NumPy: float32 steps', () => {
    const [value] = values({ ...rgb, mean: [123.675], std: [58.395] }, input([1, 1, 2, 3]));
    expect(value).toBe(Math.fround(Math.fround(0 - Math.fround(123.675)) / Math.fround(58.395)));
  });

  test.each<[string, Partial<Preprocess>, Tensor, string]>([
    ['an input that is no picture', {}, input([1, 640]), 'images/shape'],
    ['another size', { size: [2, 2] }, input([1, 1, 2, 3]), 'images/shape'],
    ['another number of channels', { channels: 'grey' }, input([1, 1, 2, 3]), 'images/shape'],
    ['two means for three channels', { mean: [1, 2] }, input([1, 1, 2, 3]), 'usage'],
    ['a deviation of 0', { std: [0] }, input([1, 1, 2, 3]), 'usage'],
  ])('%s is refused', (_, change, tensor, code) => {
    expect(() => toTensor(picture, { ...rgb, ...change }, tensor)).toThrow(expect.objectContaining({ code }));
  });
});

describe('how a picture comes to size', () => {
  const wide = {
    width: 4,
    height: 2,
    data: Uint8Array.from([10, 20, 30, 40, 50, 60, 70, 80].flatMap((v) => [v, v, v])),
  };
  const run = (fit: Preprocess['fit'], size: readonly [number, number], shortSide?: number) => {
    const preprocess: Preprocess = {
      ...rgb,
      fit,
      size,
      channels: 'grey',
      ...(shortSide !== undefined && { shortSide }),
    };
    return [...(toTensor(wide, preprocess, input([1, ...size, 1])).data as Float32Array)];
  };
  test('crop cuts the middle out', () => expect(run('crop', [2, 2])).toEqual([20, 30, 60, 70]));
  test('crop after resizing the short side', () => expect(run('crop', [1, 1], 2)).toEqual([20]));
  test('letterbox adds black', () =>
    expect(run('letterbox', [4, 4])).toEqual([0, 0, 0, 0, 10, 20, 30, 40, 50, 60, 70, 80, 0, 0, 0, 0]));
  test('stretch uses all', () => expect(run('stretch', [1, 1])).toEqual([45]));
  test('a short side smaller than the crop is refused', () =>
    expect(() => run('crop', [2, 2], 1)).toThrow(/too small/));
});

describe('an array as values', () => {
  const tensor = input([1, 2, 3, 1]);
  test.each([
    [[2, 3], 1],
    [[2, 3, 1], 1],
    [[1, 2, 3, 1], 1],
    [[7, 2, 3, 1], 7],
    [[7, 1, 2, 3, 1], 7],
    [[0, 2, 3], 0],
  ])('%j holds %d', (shape, count) => expect(fitOfArray(shape, tensor, 'a')).toEqual({ count }));

  test.each([[[3, 2]], [[2, 2, 2, 3]], [[6]], [[7, 3, 2, 1]]])(
    '%j is refused with what would fit',
    (shape) => {
      expect(() => fitOfArray(shape, tensor, 'a')).toThrow(/takes \[1,2,3,1\], or many as \[n, 2, 3, 1\]/);
    },
  );

  test('an array in the order of the file that the model was translated from', () => {
    const translated = { ...input([1, 2, 2, 3]), origin: { name: 'x', order: [0, 2, 3, 1] } };
    const fit = fitOfArray([5, 3, 2, 2], translated, 'a');
    expect(fit).toEqual({ count: 5, order: [0, 2, 3, 1] });
    const data = Float32Array.from({ length: 12 }, (_, i) => i);
    expect([
      ...(valueFromArray({ data, dtype: 'float32' }, translated, fit.order).data as Float32Array),
    ]).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
    expect(fitOfArray([5, 2, 2, 3], translated, 'a')).toEqual({ count: 5 });
  });

  test('numbers become those of the input', () => {
    const one = input([2]);
    expect(valueFromArray({ data: Float64Array.of(0.1, 2), dtype: 'float64' }, one).data).toEqual(
      Float32Array.of(0.1, 2),
    );
    expect(valueFromArray({ data: Uint8Array.of(1, 255), dtype: 'uint8' }, one).data).toEqual(
      Float32Array.of(1, 255),
    );
    expect(
      valueFromArray({ data: Float32Array.of(0.5, -9), dtype: 'float32' }, input([2], 'int8', 0.25, 1)).data,
    ).toEqual(Int8Array.of(3, -35));
    expect(
      valueFromArray({ data: BigInt64Array.of(5n, 7n), dtype: 'int64' }, input([2], 'int32')).data,
    ).toEqual(Int32Array.of(5, 7));
    expect(
      valueFromArray({ data: Uint8Array.of(5, 7), dtype: 'uint8' }, input([2], 'int8', 0.25, 1)).data,
    ).toEqual(Int8Array.of(5, 7));
  });

  test('numbers that an integer input cannot hold are refused', () => {
    expect(() => valueFromArray({ data: Int32Array.of(300), dtype: 'int32' }, input([1], 'uint8'))).toThrow(
      /cannot hold 300/,
    );
    expect(() =>
      valueFromArray({ data: Float32Array.of(0.5), dtype: 'float32' }, input([1], 'int32')),
    ).toThrow(/cannot hold 0.5/);
  });
});
