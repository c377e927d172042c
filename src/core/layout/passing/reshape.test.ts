import { expect, test } from 'vitest';
import { orderAcross } from './reshape.ts';

const nhwc = [0, 2, 3, 1];

test.each([
  ['height and width joined', [1, 8, 4, 6], [1, 8, 24], nhwc, [0, 2, 1]],
  ['channels split', [1, 8, 4, 6], [1, 2, 4, 4, 6], nhwc, [0, 3, 4, 1, 2]],
  ['a batch of one taken out', [1, 8, 4, 6], [8, 4, 6], nhwc, [1, 2, 0]],
  ['a height of one put in', [1, 8, 6], [1, 8, 1, 6], [0, 2, 1], [0, 2, 3, 1]],
  ['nothing left to order', [1, 8, 1, 1], [1, 8], nhwc, [0, 1]],
  ['no dimension at all', [1, 1], [], [1, 0], []],
])('%s', (_, from, to, order, expected) => {
  expect(orderAcross(from, to, order)).toEqual(expected);
});

test.each([
  ['channels and height, which do not stand side by side', [1, 8, 4, 6], [1, 32, 6], nhwc],
  ['channels before height, with width between them', [1, 8, 4, 6], [1, 32, 6], [0, 1, 3, 2]],
  ['everything', [1, 8, 4, 6], [1, 192], nhwc],
  ['an empty tensor', [0, 8, 4, 6], [0, 192], nhwc],
])('cannot join %s', (_, from, to, order) => {
  expect(orderAcross(from, to, order)).toBeUndefined();
});
