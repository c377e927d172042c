import { describe, expect, test } from 'vitest';
import {
  floats,
  type GraphParts,
  integers,
  modelOf,
  node,
  weights,
} from '../../../../tests/support/onnx-graphs.ts';
import { differenceOf } from '../../../../tests/support/translated.ts';
import { mainGraph, opName } from '../../model/graph.ts';

/** Kinds of the ops that a graph becomes, once it has been found to compute what onnxruntime does. */
async function kindsOf(parts: Omit<GraphParts, 'inputs'> & Partial<GraphParts>): Promise<readonly string[]> {
  const { model, difference } = await differenceOf(modelOf({ inputs: { x: [1, 4, 6, 6] }, ...parts }));
  expect(difference).toBeLessThanOrEqual(2e-6);
  return mainGraph(model).ops.map(opName);
}

const constants = {
  three: floats(3),
  six: floats(6),
  zero: { ...floats(0), shape: [] },
  top: { ...floats(6), shape: [] },
  sixth: floats(1 / 6),
  half: floats(0.5),
  one: floats(1),
  root: floats(Math.SQRT2),
  reciprocal: floats(Math.SQRT1_2),
  cube: floats(3),
  bend: floats(0.044715),
  slope: floats(Math.sqrt(2 / Math.PI)),
};
const gate = [node('Add', ['x', 'three'], ['a']), node('Clip', ['a', 'zero', 'top'], ['g'])];

describe('activations written out', () => {
  test.each([
    ['x · clip(x + 3) / 6', [...gate, node('Mul', ['x', 'g'], ['m']), node('Div', ['m', 'six'], ['y'])]],
    [
      'x · (clip(x + 3) · 1/6)',
      [...gate, node('Mul', ['g', 'sixth'], ['m']), node('Mul', ['m', 'x'], ['y'])],
    ],
    [
      'x · HardSigmoid',
      [node('HardSigmoid', ['x'], ['h'], { alpha: { float: 1 / 6 } }), node('Mul', ['x', 'h'], ['y'])],
    ],
  ])('HardSwish as %s', async (_, nodes) => {
    expect(await kindsOf({ nodes, constants })).toEqual(['HARD_SWISH']);
  });

  test.each([
    [
      'x · (1 + erf(x / √2)) / 2',
      [
        node('Div', ['x', 'root'], ['d']),
        node('Erf', ['d'], ['e']),
        node('Add', ['e', 'one'], ['a']),
        node('Mul', ['x', 'a'], ['m']),
        node('Mul', ['m', 'half'], ['y']),
      ],
    ],
    [
      '(x / 2) · (1 + erf(x · √½))',
      [
        node('Mul', ['x', 'half'], ['h']),
        node('Mul', ['x', 'reciprocal'], ['d']),
        node('Erf', ['d'], ['e']),
        node('Add', ['one', 'e'], ['a']),
        node('Mul', ['h', 'a'], ['y']),
      ],
    ],
    [
      'tanh',
      [
        node('Pow', ['x', 'cube'], ['c']),
        node('Mul', ['c', 'bend'], ['d']),
        node('Add', ['x', 'd'], ['e']),
        node('Mul', ['e', 'slope'], ['f']),
        node('Tanh', ['f'], ['t']),
        node('Add', ['t', 'one'], ['a']),
        node('Mul', ['x', 'a'], ['m']),
        node('Mul', ['m', 'half'], ['y']),
      ],
    ],
  ])('GELU as %s', async (_, nodes) => {
    expect(await kindsOf({ nodes, constants })).toEqual(['GELU']);
  });

  test('behind a sum, which stays', async () => {
    const nodes = [
      node('Add', ['x', 'x'], ['s']),
      ...gate.map((one) => ({ ...one, inputs: one.inputs.map((name) => (name === 'x' ? 's' : name)) })),
      node('Mul', ['s', 'g'], ['m']),
      node('Div', ['m', 'six'], ['y']),
    ];
    expect(await kindsOf({ nodes, constants })).toEqual(['ADD', 'HARD_SWISH']);
  });

  test('not where a step is looked at from elsewhere', async () => {
    const nodes = [...gate, node('Mul', ['x', 'g'], ['m']), node('Div', ['m', 'six'], ['y'])];
    expect(await kindsOf({ nodes, constants, outputs: ['y', 'g'] })).not.toContain('HARD_SWISH');
  });

  test('not where it is another function', async () => {
    const nodes = [...gate, node('Mul', ['x', 'g'], ['m']), node('Div', ['m', 'three'], ['y'])];
    expect(await kindsOf({ nodes, constants })).not.toContain('HARD_SWISH');
  });
});

describe('moves written out', () => {
  function moved(
    x: readonly number[],
    split: readonly number[],
    [perm, to]: readonly [readonly number[], readonly number[]],
  ) {
    return kindsOf({
      inputs: { x },
      constants: { split: integers(...split), to: integers(...to) },
      nodes: [
        node('Reshape', ['x', 'split'], ['a']),
        node('Transpose', ['a'], ['b'], { perm }),
        node('Reshape', ['b', 'to'], ['y']),
      ],
    });
  }

  test('PixelShuffle', async () => {
    const kinds = await moved(
      [1, 8, 3, 5],
      [1, 2, 2, 2, 3, 5],
      [
        [0, 1, 4, 2, 5, 3],
        [1, 2, 6, 10],
      ],
    );
    expect(kinds).toEqual(['TRANSPOSE', 'GATHER', 'DEPTH_TO_SPACE', 'TRANSPOSE']);
  });

  test('PixelShuffle to one channel needs none picked', async () => {
    const kinds = await moved(
      [1, 4, 3, 5],
      [1, 1, 2, 2, 3, 5],
      [
        [0, 1, 4, 2, 5, 3],
        [1, 1, 6, 10],
      ],
    );
    expect(kinds).toEqual(['TRANSPOSE', 'DEPTH_TO_SPACE', 'TRANSPOSE']);
  });

  test('space to depth', async () => {
    const kinds = await moved(
      [1, 2, 4, 6],
      [1, 2, 2, 2, 3, 2],
      [
        [0, 3, 5, 1, 2, 4],
        [1, 8, 2, 3],
      ],
    );
    expect(kinds).toEqual(['TRANSPOSE', 'SPACE_TO_DEPTH', 'TRANSPOSE']);
  });

  test('ShuffleNet’s channels', async () => {
    expect(
      await moved(
        [1, 6, 2, 3],
        [1, 3, 2, 2, 3],
        [
          [0, 2, 1, 3, 4],
          [1, 6, 2, 3],
        ],
      ),
    ).toEqual(['GATHER']);
  });

  test('another order is left alone', async () => {
    const kinds = await moved(
      [1, 8, 3, 5],
      [1, 2, 2, 2, 3, 5],
      [
        [0, 1, 5, 2, 4, 3],
        [1, 2, 10, 6],
      ],
    );
    expect(kinds).toEqual(['RESHAPE', 'TRANSPOSE', 'RESHAPE']);
  });
});

test('QLinearConv as float between two grids', async () => {
  const kinds = await kindsOf({
    inputs: { x: [1, 2, 4, 4] },
    constants: {
      w: { dtype: 'int8', shape: [3, 2, 1, 1], data: Int8Array.of(1, 2, 3, 4, 5, 6) },
      scale: { ...weights([1], 0.1, 0.2), shape: [] },
      zero: { dtype: 'uint8', shape: [], data: Uint8Array.of(100) },
      wzero: { dtype: 'int8', shape: [], data: Int8Array.of(0) },
      b: { dtype: 'int32', shape: [3], data: Int32Array.of(10, -20, 30) },
    },
    nodes: [
      node('QuantizeLinear', ['x', 'scale', 'zero'], ['q']),
      node('QLinearConv', ['q', 'scale', 'zero', 'w', 'scale', 'wzero', 'scale', 'zero', 'b'], ['c']),
      node('DequantizeLinear', ['c', 'scale', 'zero'], ['y']),
    ],
  }).catch((error: unknown) => error);
  expect(kinds).toMatchObject({
    code: 'model/unsupported-op',
    message: expect.stringContaining('FAKE_QUANT'),
  });
});
