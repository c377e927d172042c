import { expect, test } from 'vitest';
import {
  floats,
  type GraphParts,
  graphOf,
  modelOf,
  node,
  weights,
} from '../../../tests/support/onnx-graphs.ts';
import {
  noiseOf,
  OnnxSession,
  relativeDifference,
  runOnnx,
  type Values,
} from '../../../tests/support/onnx-runtime.ts';
import { writeOnnx } from '../formats/onnx/write.ts';
import { normalizeOnnx } from '../onnx/normalize.ts';
import { writeQdq } from './write-qdq.ts';

const x: readonly number[] = [3, 5];
const forms: Readonly<Record<string, GraphParts>> = {
  'factors, a bias of one row': {
    inputs: { x },
    constants: { w: weights([5, 4]), b: { ...weights([4], -3, 3), shape: [1, 4] } },
    nodes: [node('Gemm', ['x', 'w', 'b'], ['y'], { alpha: { float: 0.5 }, beta: { float: 2 } })],
  },
  'one number as bias, weights in rows': {
    inputs: { x },
    constants: { w: weights([4, 5]), b: floats(1.5) },
    nodes: [node('Gemm', ['x', 'w', 'b'], ['y'], { transB: 1, beta: { float: -1 } })],
  },
  'a bias for each element': {
    inputs: { x },
    constants: { w: weights([5, 4]), b: weights([3, 4]) },
    nodes: [node('Gemm', ['x', 'w', 'b'], ['y'])],
  },
  'MatMul of three dimensions': {
    inputs: { x: [2, 3, 5] },
    constants: { w: weights([2, 5, 4]) },
    nodes: [node('MatMul', ['x', 'w'], ['y'])],
  },
  'ConvTranspose in groups': {
    inputs: { x: [1, 4, 3, 3] },
    constants: { w: weights([4, 2, 2, 2]), b: floats(1, -1, 2, -2) },
    nodes: [node('ConvTranspose', ['x', 'w', 'b'], ['y'], { group: 2, strides: [2, 2] })],
  },
  'weights that are computed': {
    inputs: { x: [1, 2, 3, 3], w: [4, 2, 1, 1] },
    constants: { b: floats(1, 2, 3, 4) },
    nodes: [node('Conv', ['x', 'w', 'b'], ['y'])],
  },
};

test.each(Object.keys(forms))('%s: within what rounding costs, optimized or not', async (name) => {
  const parts = forms[name];
  if (parts === undefined) throw new Error(name);
  const onnx = normalizeOnnx(modelOf(parts, 13));
  const feeds: Values = new Map(
    onnx.graph.inputs.map((input) => [
      input.name,
      noiseOf({ dtype: 'float32', shape: input.shape?.map(Number) ?? [] }),
    ]),
  );
  const expected = await runOnnx(writeOnnx(graphOf(parts), 13), feeds);
  const y = expected.get('y');
  if (y === undefined) throw new Error('no y');
  const reals = Array.from(y.data as Float32Array);
  const ranges = new Map([
    ['x', { min: -1, max: 1 }],
    ['w', { min: -1, max: 1 }],
    ['y', { min: Math.min(...reals), max: Math.max(...reals) }],
  ]);
  const { bytes, floatNodes } = writeQdq(onnx, ranges);
  expect(floatNodes).toEqual([]);
  // Half a step of 255 for the output, and about as much for each of inputs and weights.
  for (const optimize of ['all', 'disabled'] as const) {
    const session = await OnnxSession.of(bytes, optimize);
    expect(relativeDifference((await session.run(feeds)).get('y'), y)).toBeLessThan(0.02);
  }
});
