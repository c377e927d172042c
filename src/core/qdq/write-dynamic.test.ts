import { expect, test } from 'vitest';
import {
  floats,
  type GraphParts,
  graphOf,
  modelOf,
  node,
  weights,
} from '../../../tests/support/onnx-graphs.ts';
import { noiseOf, OnnxSession, relativeDifference, runOnnx } from '../../../tests/support/onnx-runtime.ts';
import { readOnnx } from '../formats/onnx/read.ts';
import { writeOnnx } from '../formats/onnx/write.ts';
import { normalizeOnnx } from '../onnx/normalize.ts';
import { writeDynamic } from './write-dynamic.ts';

const forms: Readonly<Record<string, GraphParts>> = {
  'Conv in groups with a bias': {
    inputs: { x: [1, 4, 5, 5] },
    constants: { w: weights([6, 2, 3, 3]), b: weights([6]) },
    nodes: [node('Conv', ['x', 'w', 'b'], ['y'], { group: 2, pads: [1, 0, 1, 0], strides: [2, 1] })],
  },
  'Conv of one dimension': {
    inputs: { x: [2, 3, 8] },
    constants: { w: weights([4, 3, 3]) },
    nodes: [node('Conv', ['x', 'w'], ['y'])],
  },
  ConvTranspose: {
    inputs: { x: [1, 3, 4, 4] },
    constants: { w: weights([3, 2, 2, 2]), b: weights([2]) },
    nodes: [node('ConvTranspose', ['x', 'w', 'b'], ['y'], { strides: [2, 2] })],
  },
  'Gemm with weights in rows': {
    inputs: { x: [3, 5] },
    constants: { w: weights([4, 5]), b: weights([4]) },
    nodes: [node('Gemm', ['x', 'w', 'b'], ['y'], { transB: 1 })],
  },
  'Gemm with factors': {
    inputs: { x: [5, 3] },
    constants: { w: weights([5, 4]), b: weights([3, 4]) },
    nodes: [node('Gemm', ['x', 'w', 'b'], ['y'], { transA: 1, alpha: { float: 2 }, beta: { float: -1 } })],
  },
  MatMul: {
    inputs: { x: [2, 3, 5] },
    constants: { w: weights([5, 4]) },
    nodes: [node('MatMul', ['x', 'w'], ['y'])],
  },
  'MatMul of batches': {
    inputs: { x: [2, 3, 5] },
    constants: { w: weights([2, 5, 4]) },
    nodes: [node('MatMul', ['x', 'w'], ['y'])],
  },
};

test.each(
  Object.keys(forms).flatMap((name) => (['integer', 'float'] as const).map((compute) => ({ name, compute }))),
)('$name, computed in $compute: within what rounding costs', async ({ name, compute }) => {
  const parts = forms[name];
  if (parts === undefined) throw new Error(name);
  const onnx = normalizeOnnx(modelOf(parts, 11));
  const shape = onnx.graph.inputs[0]?.shape?.map(Number) ?? [];
  const feeds = new Map([['x', noiseOf({ dtype: 'float32', shape }, -3, 5)]]);
  const y = (await runOnnx(writeOnnx(graphOf(parts), 11), feeds)).get('y');
  if (y === undefined) throw new Error('no y');
  for (const perChannel of [true, false]) {
    const { bytes, floatNodes } = writeDynamic(onnx, { compute, perChannel });
    expect(floatNodes).toEqual([]);
    for (const optimize of ['all', 'disabled'] as const) {
      const session = await OnnxSession.of(bytes, optimize);
      const difference = relativeDifference((await session.run(feeds)).get('y'), y);
      // Half a step of 255 for each input and each weight.
      expect(difference).toBeLessThan(0.01);
      expect(difference).toBeGreaterThan(0);
    }
  }
});

test('what two nodes read is quantized once', () => {
  const parts: GraphParts = {
    inputs: { x: [2, 4] },
    constants: { w: weights([4, 4]), b: floats(1) },
    nodes: [
      node('MatMul', ['x', 'w'], ['p']),
      node('MatMul', ['x', 'w'], ['q']),
      node('Add', ['p', 'q'], ['y']),
    ],
  };
  const { graph } = readOnnx(writeDynamic(normalizeOnnx(modelOf(parts))).bytes);
  expect(graph.nodes.filter(({ type }) => type === 'DynamicQuantizeLinear')).toHaveLength(1);
  expect([...graph.constants.keys()]).toEqual(['w_quantized', 'w_scale', 'w_zero_point']);
});

test('nodes that keep float weights say why', () => {
  const parts: GraphParts = {
    inputs: { x: [2, 4], z: [4, 4] },
    constants: { w: weights([4, 4]) },
    nodes: [node('MatMul', ['x', 'w'], ['p']), node('MatMul', ['p', 'z'], ['q']), node('Relu', ['q'], ['y'])],
  };
  const { bytes, floatNodes } = writeDynamic(normalizeOnnx(modelOf(parts)), { keepFloat: new Set(['p']) });
  expect(floatNodes).toEqual([
    { node: 'p', type: 'MatMul', reason: 'it was asked to' },
    { node: 'q', type: 'MatMul', reason: 'its weights are computed' },
  ]);
  expect(readOnnx(bytes).graph.nodes.map(({ type }) => type)).toEqual(['MatMul', 'MatMul', 'Relu']);
});
