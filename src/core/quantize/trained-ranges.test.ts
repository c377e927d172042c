import { describe, expect, test } from 'vitest';
import { activation, constant, floats, modelOf, type OpSketch } from '../../../tests/support/models.ts';
import { dense, find, kinds, named } from '../../../tests/support/small-models.ts';
import { integersOf } from '../model/data.ts';
import { mainGraph, tensorAt } from '../model/graph.ts';
import type { Model, TensorId } from '../model/types.ts';
import { prepare } from '../prepare/prepare.ts';
import { quantize } from './quantize.ts';
import { recipeFor } from './recipe.ts';

describe('ranges from quantization-aware training', () => {
  /** x → FAKE_QUANT → dense with FAKE_QUANT weights → FAKE_QUANT → out */
  function trained(): Model {
    const fake = (min: number, max: number, narrowRange: boolean) => ({ min, max, bits: 8, narrowRange });
    const tensors = [
      named(activation([1, 2]), 'x'),
      named(activation([1, 2]), 'x_fq'),
      named(constant(floats([2, 2], [0.5, -0.25, 0.125, 1])), 'w'),
      named(activation([2, 2]), 'w_fq'),
      named(activation([1, 2]), 'y'),
      named(activation([1, 2]), 'y_fq'),
    ];
    const ops = [
      { kind: 'FAKE_QUANT', options: fake(-1, 1, false), inputs: [0], outputs: [1] },
      { kind: 'FAKE_QUANT', options: fake(-2, 2, true), inputs: [2], outputs: [3] },
      { kind: 'FULLY_CONNECTED', options: dense, inputs: [1, 3, -1], outputs: [4] },
      { kind: 'FAKE_QUANT', options: fake(-6, 6, false), inputs: [4], outputs: [5] },
    ] as const satisfies readonly OpSketch[];
    return modelOf(tensors, ops, [[0], [5]]);
  }

  test('become an int8 model without calibration', () => {
    const { model: float, notes } = prepare(trained());
    expect(notes.map(({ kind }) => kind)).toEqual(['fake-quant']);
    expect(kinds(float)).toEqual(['FULLY_CONNECTED']);
    const { model } = quantize(float, new Map(), recipeFor('int8', { fallback: 'strict' }));
    expect(find(model, 'x').quant?.scale[0]).toBe(Math.fround(2 / 255));
    // The range that training gave, not the weights' own, which end at 1.
    expect(find(model, 'w').quant?.scale).toEqual(Float32Array.of(2 / 127));
    expect(integersOf(find(model, 'w'))).toEqual([32, -16, 8, 64]);
    const [output] = mainGraph(model).outputs;
    expect(tensorAt(mainGraph(model), output as TensorId)).toMatchObject({ name: 'y_fq', dtype: 'int8' });
  });

  test('narrow weights leave 0 unused as uint8', () => {
    const { model } = quantize(prepare(trained()).model, new Map(), recipeFor('uint8'));
    expect(find(model, 'w').quant).toMatchObject({
      scale: Float32Array.of(4 / 254),
      zeroPoint: Int32Array.of(128),
    });
  });
});
