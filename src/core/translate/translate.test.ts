import { describe, expect, test } from 'vitest';
import { floats, type GraphParts, modelOf, node, weights } from '../../../tests/support/onnx-graphs.ts';
import { rangesOf } from '../../../tests/support/small-models.ts';
import { integersOf } from '../model/data.ts';
import { mainGraph, opName, tensorAt } from '../model/graph.ts';
import type { Graph, Tensor, TensorData } from '../model/types.ts';
import { normalizeOnnx } from '../onnx/normalize.ts';
import { prepare } from '../prepare/prepare.ts';
import { Problem } from '../problem.ts';
import { quantize } from '../quantize/quantize.ts';
import { recipeFor } from '../quantize/recipe.ts';
import { translateOnnx } from './translate.ts';

function translated(parts: GraphParts): Graph {
  return mainGraph(translateOnnx(normalizeOnnx(modelOf(parts))));
}

function named(graph: Graph, name: string): Tensor {
  const tensor = graph.tensors.find((one) => one.name === name);
  if (tensor === undefined) throw new Error(`no tensor ${name}`);
  return tensor;
}

const kinds = (graph: Graph) => graph.ops.map(opName);

describe('values and tensors', () => {
  const graph = translated({
    inputs: { x: [1, 3, 8, 8] },
    constants: { w: weights([4, 3, 3, 3]) },
    nodes: [node('Conv', ['x', 'w'], ['c']), node('Relu', ['c'], ['y'])],
  });

  test('an op for pictures stands between two transposes', () => {
    expect(kinds(graph)).toEqual(['TRANSPOSE', 'CONV_2D', 'TRANSPOSE', 'RELU']);
  });

  test('tensors say which value they are, and in which order', () => {
    const origins = graph.tensors.flatMap(({ origin, shape }) =>
      origin === undefined ? [] : [{ ...origin, shape }],
    );
    expect(origins).toEqual([
      { name: 'x', shape: [1, 3, 8, 8] },
      { name: 'x', order: [0, 2, 3, 1], shape: [1, 8, 8, 3] },
      { name: 'w', order: [0, 2, 3, 1], shape: [4, 3, 3, 3] },
      { name: 'c', order: [0, 2, 3, 1], shape: [1, 6, 6, 4] },
      { name: 'c', shape: [1, 4, 6, 6] },
      { name: 'y', shape: [1, 4, 6, 6] },
    ]);
  });

  test('weights in the order of ONNX are not kept beside those of TensorFlow Lite', () => {
    expect(graph.tensors.filter(({ data, shape }) => data !== undefined && shape.length === 4)).toHaveLength(
      1,
    );
  });

  test('an output that is an input gets a tensor of its own', () => {
    const { inputs, outputs, ops } = translated({
      inputs: { x: [2, 3] },
      nodes: [node('Identity', ['x'], ['y'])],
    });
    expect(outputs).not.toEqual(inputs);
    expect(ops).toHaveLength(1);
  });
});

describe('what TensorFlow Lite has no ops for', () => {
  const known = normalizeOnnx(
    modelOf({
      inputs: { x: [1, 2, 4, 4] },
      nodes: [
        node('Relu', ['x'], ['r']),
        node('MaxPool', ['r'], ['p', 'i'], { kernel_shape: [2, 2] }),
        node('Cast', ['i'], ['j'], { to: 1 }),
      ],
      outputs: ['p', 'j'],
    }),
  );
  const outputs = [...known.graph.outputs, { name: 'd', dtype: 'float32' as const }];
  const nodes = [{ ...node('Det', ['x'], ['d']), domain: 'com.example' }, ...known.graph.nodes];
  const onnx = {
    ...known,
    graph: { ...known.graph, nodes, outputs },
    values: new Map([...known.values, ['d', { dtype: 'float32' as const, shape: [1, 2] }]]),
  };

  test('is refused with every node by its name', () => {
    const problem = (() => {
      try {
        return translateOnnx(onnx);
      } catch (error) {
        return error;
      }
    })();
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({
      code: 'model/unsupported-op',
      message: expect.stringMatching(/Det node “d”.*MaxPool node “p”.*positions/),
      details: {
        nodes: [
          { node: 'd', type: 'Det' },
          { node: 'p', type: 'MaxPool' },
        ],
      },
    });
  });

  test('or kept as it is, with the rest around it', () => {
    const kept: string[] = [];
    const graph = mainGraph(translateOnnx(onnx, { kept: ({ message }) => kept.push(message) }));
    expect(kept).toEqual([
      expect.stringMatching(/^com\.example\.Det node “d”.*replace it/),
      expect.stringMatching(/^MaxPool node “p”.*positions/),
    ]);
    expect(kinds(graph)).toEqual(['ONNX:com.example.Det', 'RELU', 'ONNX:MaxPool', 'CAST']);
    expect(named(graph, 'p').shape).toEqual([1, 2, 3, 3]);
  });
});

describe('quantized models', () => {
  const byte = (value: number): TensorData => ({ dtype: 'uint8', shape: [], data: Uint8Array.of(value) });
  const scalar = (value: number): TensorData => ({ ...floats(value), shape: [] });
  const stored: TensorData = {
    dtype: 'int8',
    shape: [2, 3, 1, 1],
    data: Int8Array.of(1, -2, 3, 127, 5, -6),
  };
  /** x → grid → convolution with stored weights and bias → ReLU → grid → y */
  const parts: GraphParts = {
    inputs: { x: [1, 3, 2, 2] },
    constants: {
      w: stored,
      ws: floats(0.5, 0.25),
      wz: { dtype: 'int8', shape: [2], data: new Int8Array(2) },
      b: { dtype: 'int32', shape: [2], data: Int32Array.of(8, -4) },
      bs: floats(0.05, 0.025),
      xs: scalar(0.1),
      xz: byte(128),
      ys: scalar(0.2),
      yz: byte(0),
    },
    nodes: [
      node('QuantizeLinear', ['x', 'xs', 'xz'], ['xq']),
      node('DequantizeLinear', ['xq', 'xs', 'xz'], ['xr']),
      node('DequantizeLinear', ['w', 'ws', 'wz'], ['wr'], { axis: 0 }),
      node('DequantizeLinear', ['b', 'bs'], ['br'], { axis: 0 }),
      node('Conv', ['xr', 'wr', 'br'], ['c']),
      node('Relu', ['c'], ['r']),
      node('QuantizeLinear', ['r', 'ys', 'yz'], ['yq']),
      node('DequantizeLinear', ['yq', 'ys', 'yz'], ['y']),
    ],
  };

  test('grids of activations become FAKE_QUANT ops', () => {
    const fake = translated(parts).ops.filter(({ kind }) => kind === 'FAKE_QUANT');
    expect(fake.map(({ options }) => options)).toEqual([
      { min: Math.fround(-128 * 0.1), max: Math.fround(127 * 0.1), bits: 8, narrowRange: false },
      { min: 0, max: Math.fround(255 * Math.fround(0.2)), bits: 8, narrowRange: false },
    ]);
  });

  test('a grid that ends where an activation does is the one that a quantizer took out', () => {
    const nodes = parts.nodes
      .filter(({ type }) => type !== 'Relu')
      .map((one) => ({ ...one, inputs: one.inputs.map((name) => (name === 'r' ? 'c' : name)) }));
    const activations = (ys: number, yz: number) => {
      const constants = { ...parts.constants, ys: scalar(ys), yz: byte(yz) };
      return kinds(translated({ ...parts, nodes, constants })).filter((kind) => kind.startsWith('RELU'));
    };
    expect(activations(0.2, 0)).toEqual(['RELU']);
    expect(activations(6 / 255, 0)).toEqual(['RELU6']);
    expect(activations(2 / 255, 128)).toEqual(['RELU_N1_TO_1']);
    expect(activations(3 / 255, 128)).toEqual([]);
    expect(activations(2 / 255, 100)).toEqual([]);
  });

  test('stored weights remember their integers in the new order', () => {
    const filter = named(translated(parts), 'wr/0231');
    expect(filter).toMatchObject({ dtype: 'float32', shape: [2, 1, 1, 3] });
    expect(integersOf({ ...filter, dtype: 'int8', data: filter.grid?.data ?? new Uint8Array() })).toEqual([
      1, -2, 3, 127, 5, -6,
    ]);
    expect(filter.grid?.quant).toMatchObject({ scale: Float32Array.of(0.5, 0.25), axis: 0 });
  });

  test('and quantizing gives the grids that they had', () => {
    const { model: float } = prepare(translateOnnx(normalizeOnnx(modelOf(parts))));
    const { model } = quantize(float, rangesOf(float), recipeFor('int8', { fallback: 'strict' }));
    const graph = mainGraph(model);
    const conv = graph.ops.find(({ kind }) => kind === 'CONV_2D');
    const [x, w] = (conv?.inputs ?? []).map((id) => tensorAt(graph, id));
    expect(x?.quant).toMatchObject({ scale: Float32Array.of(0.1), zeroPoint: Int32Array.of(0) });
    expect(w?.quant?.scale).toEqual(Float32Array.of(0.5, 0.25));
    expect(w && integersOf(w)).toEqual([1, -2, 3, 127, 5, -6]);
    const [y] = graph.outputs.map((id) => tensorAt(graph, id));
    expect(y).toMatchObject({
      name: 'y',
      quant: { scale: Float32Array.of(0.2), zeroPoint: Int32Array.of(-128) },
    });
  });
});
