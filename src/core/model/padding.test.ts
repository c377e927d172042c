import { expect, test } from 'vitest';
import { outputSize, paddingOf } from './padding.ts';

const window = (size: number, stride: number, dilation = 1) => ({ size, stride, dilation });

test.each([
  ['SAME', 8, window(3, 1), 8, 1, 1],
  ['SAME', 8, window(3, 2), 4, 0, 1],
  ['SAME', 7, window(3, 2), 4, 1, 1],
  ['SAME', 8, window(2, 1), 8, 0, 1],
  ['SAME', 8, window(3, 1, 2), 8, 2, 2],
  ['SAME', 8, window(1, 3), 3, 0, 0],
  ['VALID', 8, window(3, 2), 3, 0, 0],
  ['VALID', 8, window(3, 1, 2), 4, 0, 0],
] as const)('%s, %d elements, %j', (padding, input, window, size, before, after) => {
  expect(outputSize(padding, input, window)).toBe(size);
  expect(paddingOf(padding, input, window)).toEqual({ before, after });
});
