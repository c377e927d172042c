import { expect, test } from 'vitest';
import { floatTensor, modelOf, tid } from '../../../tests/support/fake-runtime.ts';
import { mainGraph } from '../model/graph.ts';
import { classOutput, isTie, rankOf, topClass } from './classes.ts';

const scores = Float32Array.of(0.25, 0.375, 0, 0.375);

test('the first among equals is the answer', () => {
  expect(topClass(scores)).toBe(1);
  expect([0, 1, 2, 3].map((label) => rankOf(label, scores))).toEqual([2, 0, 3, 1]);
});

test('a tie of the highest scores is told, one of lower scores is none', () => {
  expect(isTie(scores)).toBe(true);
  expect(isTie(Float32Array.of(0.25, 0.5, 0.25))).toBe(false);
});

test.each([
  ['a row of scores', [[1, 8, 8, 3]], [[1, 10]], 0],
  [
    'the second output',
    [[1, 8, 8, 3]],
    [
      [1, 4, 4, 2],
      [1, 10],
    ],
    1,
  ],
  ['no single score', [[1, 8]], [[1, 1]], undefined],
  ['no reconstruction', [[1, 640]], [[1, 640]], undefined],
])('scores: %s', (_, inputs, outputs, expected) => {
  const tensors = [...inputs, ...outputs].map((shape, i) => floatTensor(`${i}`, shape));
  const ids = tensors.map((_tensor, i) => tid(i));
  const model = modelOf({ tensors, inputs: ids.slice(0, inputs.length), outputs: ids.slice(inputs.length) });
  expect(classOutput(mainGraph(model))).toBe(expected);
});
