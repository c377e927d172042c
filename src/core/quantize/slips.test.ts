import { describe, expect, test } from 'vitest';
import { activation, constant, floats, modelOf } from '../../../tests/support/models.ts';
import { dense, find, islandModel, named, rangesOf, run } from '../../../tests/support/small-models.ts';
import { mainGraph } from '../model/graph.ts';
import type { TensorId } from '../model/types.ts';
import { Problem } from '../problem.ts';
import { quantize } from './quantize.ts';
import { recipeFor } from './recipe.ts';

describe('slips of TensorFlow’s quantizers that are not repeated', () => {
  test.each(['int8', 'int16x8', 'uint8'] as const)('PADV2, %s: the constant is an integer, too', (mode) => {
    const tensors = [
      named(activation([1, 4]), 'x'),
      constant({ shape: [2, 2], dtype: 'int32', data: Int32Array.of(0, 0, 1, 1) }),
      named(constant(floats([], [0.5])), 'value'),
      named(activation([1, 6]), 'out'),
    ];
    const ops = [{ kind: 'PADV2', options: {}, inputs: [0, 1, 2], outputs: [3] }] as const;
    const { model } = run(modelOf(tensors, ops, [[0], [3]]), recipeFor(mode));
    const [value, out] = [find(model, 'value'), find(model, 'out')];
    expect(value.dtype).toBe(out.dtype);
    expect(value.quant).toEqual(out.quant);
  });

  test.each(['int8', 'int16x8', 'uint8'] as const)('SUM, %s: the result has its own scale', (mode) => {
    const tensors = [
      named(activation([1, 4]), 'x'),
      constant({ shape: [1], dtype: 'int32', data: Int32Array.of(1) }),
      named(activation([1]), 'sum'),
    ];
    const ops = [{ kind: 'SUM', options: { keepDims: false }, inputs: [0, 1], outputs: [2] }] as const;
    const model = modelOf(tensors, ops, [[0], [2]]);
    const ranges = new Map([
      [0 as TensorId, { min: -1, max: 1 }],
      [2 as TensorId, { min: -4, max: 4 }],
    ]);
    const result = quantize(model, ranges, recipeFor(mode)).model;
    const [x, sum] = [find(result, 'x').quant?.scale[0], find(result, 'sum').quant?.scale[0]];
    expect((sum ?? 0) / (x ?? 1)).toBeCloseTo(4, 5);
  });

  test.each(['int8', 'int16x8', 'uint8'] as const)('%s: no scale is 0 or subnormal', (mode) => {
    const smallestNormal = 2 ** -126;
    const tensors = [
      named(activation([1, 2]), 'x'),
      named(constant(floats([2, 2], [0, 0, 1e-40, 0])), 'w'),
      named(constant(floats([2], [0, 0])), 'b'),
      named(activation([1, 2]), 'y'),
      named(constant(floats([1, 2], [0, 0])), 'zeros'),
      named(activation([1, 2]), 'out'),
    ];
    const ops = [
      { kind: 'FULLY_CONNECTED', options: dense, inputs: [0, 1, 2], outputs: [3] },
      { kind: 'ADD', options: { activation: 'NONE' }, inputs: [3, 4], outputs: [5] },
    ] as const;
    const model = modelOf(tensors, ops, [[0], [5]]);
    // What TensorFlow's calibrator records for a tensor that is always 0.
    const result = quantize(model, rangesOf(model, 0, 2 ** -126), recipeFor(mode)).model;
    const scales = mainGraph(result).tensors.flatMap(({ quant }) => [...(quant?.scale ?? [])]);
    expect(scales.length).toBeGreaterThanOrEqual(6);
    expect(scales.filter((scale) => !(scale >= smallestNormal))).toEqual([]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('a range that ends at %s is refused by tensor', (max) => {
    const model = islandModel('RELU');
    const broken = () => quantize(model, rangesOf(model, 0, max), recipeFor('int8'));
    expect(broken).toThrow(Problem);
    expect(broken).toThrow(/range of tensor 0 “x”/);
  });
});
