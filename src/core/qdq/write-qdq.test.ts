import { describe, expect, test } from 'vitest';
import {
  floats,
  type GraphParts,
  integers,
  modelOf,
  node,
  weights,
} from '../../../tests/support/onnx-graphs.ts';
import { noiseOf, runOnnx } from '../../../tests/support/onnx-runtime.ts';
import type { OnnxGraph, OnnxNode } from '../formats/onnx/graph.ts';
import { readOnnx } from '../formats/onnx/read.ts';
import { normalizeOnnx } from '../onnx/normalize.ts';
import type { Range } from './grid.ts';
import type { QdqOptions } from './options.ts';
import { valuesToMeasure, writeQdq } from './write-qdq.ts';

function rangesOf(written: Readonly<Record<string, readonly [number, number]>>): ReadonlyMap<string, Range> {
  return new Map(Object.entries(written).map(([name, [min, max]]) => [name, { min, max }]));
}

function quantized(parts: GraphParts, ranges: ReadonlyMap<string, Range>, options?: QdqOptions, opset = 17) {
  const onnx = normalizeOnnx(modelOf(parts, opset));
  const { bytes, floatNodes } = writeQdq(onnx, ranges, options);
  return { bytes, floatNodes, graph: readOnnx(bytes).graph };
}

const types = ({ nodes }: OnnxGraph): readonly string[] => nodes.map(({ type }) => type);
const maker = ({ nodes }: OnnxGraph, value: string | undefined): OnnxNode | undefined =>
  nodes.find(({ outputs }) => value !== undefined && outputs.includes(value));
const elements = ({ constants }: OnnxGraph, name: string | undefined): readonly number[] =>
  Array.from((constants.get(name ?? '')?.data ?? []) as Iterable<number | bigint>, Number);

const conv: GraphParts = {
  inputs: { x: [1, 2, 3, 3] },
  constants: { w: weights([4, 2, 1, 1]), b: floats(1, 2, 3, 4) },
  nodes: [node('Conv', ['x', 'w', 'b'], ['y'])],
};

test('a value without a range leaves its nodes in float, and they are named with it', () => {
  const { floatNodes, graph } = quantized(
    { ...conv, nodes: [...conv.nodes, node('Sigmoid', ['y'], ['z'])] },
    rangesOf({ x: [-1, 1], z: [0, 1] }),
  );
  expect(types(graph)).toEqual(['Conv', 'Sigmoid']);
  expect(floatNodes).toEqual([
    { node: 'y', type: 'Conv', reason: 'no range of “y” is known' },
    { node: 'z', type: 'Sigmoid', reason: 'no range of “y” is known' },
  ]);
});

test('nodes that are kept in float are left as they are', () => {
  const ranges = rangesOf({ x: [-1, 1], y: [-3, 3] });
  const { floatNodes, graph } = quantized(conv, ranges, { keepFloat: new Set(['y']) });
  expect(types(graph)).toEqual(['Conv']);
  expect(floatNodes).toEqual([{ node: 'y', type: 'Conv', reason: 'it was asked to' }]);
});

test('a range of 0 is a scale of 1', () => {
  const { graph } = quantized(conv, rangesOf({ x: [0, 0], y: [-3, 3] }));
  expect(elements(graph, 'x_scale')).toEqual([1]);
  expect(elements(graph, 'x_zero_point')).toEqual([0]);
});

test.each([[0, Number.NaN] as const, [Number.NEGATIVE_INFINITY, 1] as const, [2, 1] as const])(
  'the range [%d, %d] is refused by name',
  (...x) => {
    expect(() => quantized(conv, rangesOf({ x, y: [-3, 3] }))).toThrow(
      expect.objectContaining({
        code: 'range/not-finite',
        details: expect.objectContaining({ name: 'x' }),
      }),
    );
  },
);

test('ranges of the values to measure suffice', () => {
  const parts = {
    ...conv,
    nodes: [
      ...conv.nodes,
      node('Relu', ['y'], ['r']),
      node('Flatten', ['r'], ['f']),
      node('Softmax', ['f'], ['s']),
    ],
  };
  const onnx = normalizeOnnx(modelOf(parts));
  expect(valuesToMeasure(onnx)).toEqual(['x', 'r', 's']);
  expect(writeQdq(onnx, rangesOf({ x: [-1, 1], r: [0, 9] })).floatNodes).toEqual([]);
  expect(valuesToMeasure(onnx, { keepFloat: new Set(['y']) })).toEqual(['f', 's']);
});

test('weights that are no numbers are refused by name', () => {
  const w = { dtype: 'float32', shape: [4, 2, 1, 1], data: new Float32Array(8).fill(Number.NaN) } as const;
  const parts = { ...conv, constants: { ...conv.constants, w } };
  expect(() => quantized(parts, rangesOf({ x: [-1, 1], y: [-3, 3] }))).toThrow(
    expect.objectContaining({ code: 'model/not-finite', details: { name: 'w' } }),
  );
});

test('a quantized model is refused', () => {
  const { bytes } = quantized(conv, rangesOf({ x: [-1, 1], y: [-3, 3] }));
  expect(() => writeQdq(normalizeOnnx(readOnnx(bytes)), new Map())).toThrow(
    expect.objectContaining({ code: 'model/already-quantized' }),
  );
});

test('weights that two nodes share are written once, a bias that they share once for each scale', () => {
  const parts: GraphParts = {
    ...conv,
    nodes: [
      node('Conv', ['x', 'w', 'b'], ['y']),
      node('Slice', ['y', 'from', 'to', 'along'], ['part']),
      node('Conv', ['part', 'w', 'b'], ['z']),
    ],
    constants: { ...conv.constants, from: integers(0), to: integers(2), along: integers(1) },
  };
  const { graph } = quantized(parts, rangesOf({ x: [-1, 1], y: [-30, 30], z: [-90, 90] }));
  const [one, other] = graph.nodes.filter(({ type }) => type === 'Conv');
  expect(one?.inputs[1]).toBe(other?.inputs[1]);
  expect(one?.inputs[2]).not.toBe(other?.inputs[2]);
  const scales = [one, other].map((it) => elements(graph, maker(graph, it?.inputs[2])?.inputs[1]));
  const products = ['x_scale', 'y_scale'].map((name) =>
    elements(graph, 'w_scale').map((scale) => Math.fround(scale * (elements(graph, name)[0] ?? 0))),
  );
  expect(scales).toEqual(products);
  expect(graph.constants.has('b')).toBe(false);
});

test('a weight that a float node uses too stays beside its integers', () => {
  const parts = { ...conv, nodes: [...conv.nodes, node('Div', ['w', 'x2'], ['z'])], outputs: ['y', 'z'] };
  const inputs = { ...conv.inputs, x2: [1] };
  const { graph, floatNodes } = quantized({ ...parts, inputs }, rangesOf({ x: [-1, 1], y: [-3, 3] }));
  expect(maker(graph, 'z')?.inputs[0]).toBe('w');
  expect(maker(graph, 'y_QuantizeLinear_Input')?.inputs[1]).toBe('w_DequantizeLinear_Output');
  expect(floatNodes.map((it) => it.type)).toEqual(['Div']);
});

test('outputs keep their names behind DequantizeLinear, also where they are read inside', () => {
  const parts = { ...conv, nodes: [...conv.nodes, node('Sigmoid', ['y'], ['z'])], outputs: ['y', 'z'] };
  const { graph } = quantized(parts, rangesOf({ x: [-1, 1], y: [-3, 3], z: [0, 1] }));
  expect(graph.outputs.map(({ name }) => name)).toEqual(['y', 'z']);
  expect(graph.outputs.map(({ name }) => maker(graph, name)?.type)).toEqual([
    'DequantizeLinear',
    'DequantizeLinear',
  ]);
  expect(maker(graph, 'z_QuantizeLinear_Input')?.inputs).toEqual(['y']);
});

test('a value that is fed and handed out at once goes out as it came', async () => {
  const { graph, bytes } = quantized({ ...conv, outputs: ['x', 'y'] }, rangesOf({ x: [-1, 1], y: [-3, 3] }));
  expect(graph.inputs.map(({ name }) => name)).toEqual(['x']);
  const x = noiseOf({ dtype: 'float32', shape: [1, 2, 3, 3] });
  expect((await runOnnx(bytes, new Map([['x', x]]))).get('x')).toEqual(x);
});

test('int64 and shapes are not touched', () => {
  const parts: GraphParts = {
    ...conv,
    constants: { ...conv.constants, shape: integers(1, -1) },
    nodes: [
      ...conv.nodes,
      node('Reshape', ['y', 'shape'], ['flat']),
      node('ArgMax', ['flat'], ['best'], { axis: 1 }),
      node('Add', ['best', 'best'], ['twice']),
    ],
  };
  const { graph, floatNodes } = quantized(parts, rangesOf({ x: [-1, 1], y: [-3, 3] }));
  expect(graph.constants.get('shape')).toEqual(integers(1, -1));
  expect(types(graph).slice(-2)).toEqual(['ArgMax', 'Add']);
  expect(graph.outputs[0]?.dtype).toBe('int64');
  expect(floatNodes).toEqual([]);
});

const clipped = (nodes: readonly OnnxNode[], ranges: readonly [number, number], options?: QdqOptions) => {
  const bounds = { low: floats(1), high: floats(6) };
  const scalars = Object.entries(bounds).map(([name, value]) => [name, { ...value, shape: [] }]);
  const constants = { ...conv.constants, ...Object.fromEntries(scalars) };
  const all = rangesOf({ x: [-1, 1], y: [-8, 9], z: ranges });
  return types(quantized({ ...conv, constants, nodes: [...conv.nodes, ...nodes] }, all, options).graph);
};

test('Relu and Clip vanish where integers end at their bounds, and only there', () => {
  const relu = [node('Relu', ['y'], ['z'])];
  const six = [node('Clip', ['y', '', 'high'], ['z'])];
  const fromOne = [node('Clip', ['y', 'low', 'high'], ['z'])];
  expect(clipped(relu, [0, 5])).not.toContain('Relu');
  expect(clipped(relu, [-1, 5])).toContain('Relu');
  expect(clipped(relu, [0, 5], { symmetric: true })).toContain('Relu');
  expect(clipped(six, [-2, 6])).not.toContain('Clip');
  expect(clipped(six, [-2, 8])).toContain('Clip');
  // Integers always reach 0.
  expect(clipped(fromOne, [1, 6])).toContain('Clip');
});

const chains = {
  'Relu and Clip': [node('Relu', ['y'], ['a']), node('Clip', ['a', '', 'six'], ['z'])],
  'Clip and Clip': [node('Clip', ['y', 'zero'], ['a']), node('Clip', ['a', '', 'six'], ['z'])],
  'a chain of three': [
    node('Clip', ['y', '', 'six'], ['a']),
    node('Relu', ['a'], ['c']),
    node('Clip', ['c', 'zero', 'six'], ['z']),
  ],
};

describe.each(Object.entries(chains))('%s', (_, chain) => {
  const scalar = (value: number) => ({ ...floats(value), shape: [] });
  const constants = { ...conv.constants, zero: scalar(0), six: scalar(6) };
  const parts: GraphParts = { ...conv, constants, nodes: [...conv.nodes, ...chain] };

  test('the range behind the last one is what the layer before the first needs', () => {
    const onnx = normalizeOnnx(modelOf(parts));
    expect(valuesToMeasure(onnx)).toEqual(['x', 'z']);
    const { floatNodes, graph } = quantized(parts, rangesOf({ x: [-1, 1], z: [0, 6] }));
    expect(floatNodes).toEqual([]);
    expect(types(graph).filter((type) => !/Linear$/.test(type))).toEqual(['Conv']);
    expect(elements(graph, 'z_scale')).toEqual([Math.fround(6 / 255)]);
  });

  test('where none vanishes all have the range behind the last one', () => {
    const options = { symmetric: true };
    const needed = valuesToMeasure(normalizeOnnx(modelOf(parts)), options);
    const ranges = rangesOf({ ...Object.fromEntries(needed.map((name) => [name, [-9, 9]])), z: [0, 6] });
    const { floatNodes, graph } = quantized(parts, ranges, options);
    expect(floatNodes).toEqual([]);
    const scales = needed.filter((name) => name !== 'x').map((name) => elements(graph, `${name}_scale`));
    expect(scales).toEqual([conv.nodes, chain].flat().map(() => [Math.fround(12 / 254)]));
  });
});

test('a value that others read beside its Relu keeps its own range', () => {
  const parts: GraphParts = {
    ...conv,
    nodes: [...conv.nodes, node('Relu', ['y'], ['r']), node('Add', ['y', 'r'], ['z'])],
  };
  const { graph } = quantized(parts, rangesOf({ x: [-1, 1], y: [-5, 5], r: [0, 5], z: [-5, 10] }));
  expect(types(graph)).toContain('Relu');
  expect(elements(graph, 'y_scale')).toEqual([Math.fround(10 / 255)]);
});

test('a batch that the file leaves open stays open', async () => {
  const parts = {
    ...conv,
    inputs: { x: ['n', 2, 3, 3] },
    nodes: [...conv.nodes, node('Softmax', ['y'], ['z'])],
  };
  const ranges = rangesOf({ x: [-1, 1], y: [-3, 6] });
  const { graph, bytes } = quantized(parts, ranges, {}, 11);
  expect(graph.inputs[0]?.shape).toEqual(['n', 2, 3, 3]);
  const three = noiseOf({ dtype: 'float32', shape: [3, 2, 3, 3] });
  expect((await runOnnx(bytes, new Map([['x', three]]))).get('z')?.shape).toEqual([3, 4, 3, 3]);
});

test('a batch that was counted stays what it was counted as', () => {
  const parts: GraphParts = {
    ...conv,
    inputs: { x: ['n', 2, 3, 3] },
    nodes: [...conv.nodes, node('Shape', ['y'], ['s']), node('Reshape', ['y', 's'], ['z'])],
  };
  const { graph } = quantized(parts, rangesOf({ x: [-1, 1], y: [-3, 6] }));
  expect(graph.inputs[0]?.shape).toEqual([1, 2, 3, 3]);
});

test('weights of half floats become integers, and what is left of them float32', async () => {
  const half = { dtype: 'float16', shape: [4, 2, 1, 1], data: weights([4, 2, 1, 1]).data } as const;
  const onnx = normalizeOnnx(modelOf(conv));
  const file = { ...onnx.file, graph: { ...onnx.file.graph, constants: new Map([['w', half]]) } };
  const narrow = {
    ...file,
    graph: {
      ...file.graph,
      inputs: file.graph.inputs.map((input) => ({ ...input, dtype: 'float16' as const })),
      nodes: [node('Conv', ['x', 'w'], ['y'])],
    },
  };
  const { bytes, floatNodes } = writeQdq(normalizeOnnx(narrow), rangesOf({ x: [-1, 1], y: [-3, 6] }));
  expect(floatNodes).toEqual([]);
  expect(readOnnx(bytes).graph.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: [1, 2, 3, 3] }]);
  await runOnnx(bytes, new Map([['x', noiseOf({ dtype: 'float32', shape: [1, 2, 3, 3] })]]));
});
