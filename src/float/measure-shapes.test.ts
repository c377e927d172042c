import { expect, test } from 'vitest';
import { graphOf, node } from '../../tests/support/onnx-graphs.ts';
import type { OnnxGraph } from '../core/formats/onnx/graph.ts';
import { withOutputs } from '../core/formats/onnx/outputs.ts';
import { readOnnx } from '../core/formats/onnx/read.ts';
import { writeOnnx } from '../core/formats/onnx/write.ts';
import { createFloatRuntime } from './runtime.ts';

const graph: OnnxGraph = {
  ...graphOf({
    inputs: {},
    nodes: [
      node('Cast', ['x'], ['wide'], { to: 1 }),
      node('Einsum', ['wide', 'y'], ['e'], { equation: 'ij,kj->ik' }),
      node('Equal', ['k', 'k'], ['same']),
      node('NonZero', ['wide'], ['found']),
    ],
  }),
  inputs: [
    { name: 'x', dtype: 'float64', shape: ['n', 3] },
    { name: 'y', dtype: 'float32', shape: [5, 3] },
    { name: 'k', dtype: 'int64', shape: [] },
  ],
  outputs: [{ name: 'e', dtype: 'float32', shape: ['n', 5] }],
};
const onnx = readOnnx(writeOnnx(graph, 17));

function measured(...values: readonly string[]) {
  return createFloatRuntime().measureShapes({
    file: { withOutputs: (names) => withOutputs(onnx, names) },
    inputs: [
      { name: 'x', shape: [2, 3] },
      { name: 'y', shape: [5, 3] },
      { name: 'k', shape: [] },
    ],
    values,
  });
}

test('a run tells types and shapes, whatever the file is fed', async () => {
  expect([...(await measured('e', 'same', 'wide'))]).toEqual([
    ['e', { dtype: 'float32', shape: [2, 5] }],
    ['same', { dtype: 'bool', shape: [] }],
    ['wide', { dtype: 'float32', shape: [2, 3] }],
  ]);
});

test('a value that is empty on zeros is refused: it would be of another size on other values', async () => {
  await expect(measured('e', 'found')).rejects.toMatchObject({
    code: 'compute/runtime',
    details: { name: 'found', dims: [2, 0] },
  });
});
