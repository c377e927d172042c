import { describe, expect, test } from 'vitest';
import { activation, constant, floats, modelOf } from '../../../tests/support/models.ts';
import { dense, find, islandModel, named, rangesOf, run } from '../../../tests/support/small-models.ts';
import { bytesOf, integersOf } from '../model/data.ts';
import { mainGraph } from '../model/graph.ts';
import type { Tensor, TensorId } from '../model/types.ts';
import { Problem } from '../problem.ts';
import { quantize } from './quantize.ts';
import { recipeFor } from './recipe.ts';

describe('a bias that does not fit its steps, beside weights that are integers already', () => {
  const bytes = Int8Array.of(100, -128, 50, 25);
  const w: Tensor = {
    ...named(constant(floats([2, 2], [1, -1.28, 5e-9, 2.5e-9])), 'w'),
    grid: {
      dtype: 'int8',
      data: bytesOf(bytes),
      quant: { scale: Float32Array.of(0.01, 1e-10), zeroPoint: new Int32Array(2), axis: 0 },
    },
  };
  const tensors = [
    named(activation([1, 2]), 'x'),
    w,
    named(constant(floats([2], [0.5, 0.988])), 'b'),
    named(activation([1, 2]), 'y'),
  ];
  const ops = [{ kind: 'FULLY_CONNECTED', options: dense, inputs: [0, 1, 2], outputs: [3] }] as const;

  test.each(['int8', 'int16x8'] as const)('%s: that channel alone gets a larger weight scale', (mode) => {
    const { model, enlarged } = run(modelOf(tensors, ops, [[0], [3]]), recipeFor(mode));
    expect(enlarged).toEqual([{ op: 0, channels: [1] }]);
    const [weights, bias] = [find(model, 'w'), find(model, 'b')];
    expect([...(integersOf(weights) ?? [])]).toEqual([100, -128, 0, 0]);
    expect(weights.quant?.scale[0]).toBe(Math.fround(0.01));
    const step = bias.quant?.scale[1] ?? 0;
    const q = Number(
      mode === 'int8' ? integersOf(bias)?.[1] : new BigInt64Array(bias.data?.slice().buffer ?? [])[1],
    );
    expect(q * step).toBeCloseTo(0.988, 5);
    expect(q).toBeLessThanOrEqual(2 ** 30);
    expect(step / (find(model, 'x').quant?.scale[0] ?? 1)).toBeCloseTo(weights.quant?.scale[1] ?? 0, 12);
  });
});

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
