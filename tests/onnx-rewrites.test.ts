import { expect, test } from 'vitest';
import type { OnnxNode } from '../src/core/formats/onnx/graph.ts';
import type { TensorData } from '../src/core/model/types.ts';
import { typesLeft } from './support/onnx-compare.ts';
import { floats, integers, node, weights } from './support/onnx-graphs.ts';

/** Scale, shift, mean and variance for `channels` channels, and the node that reads them. */
function normalization(input: string, output: string, channels: number) {
  const constants: Readonly<Record<string, TensorData>> = {
    [`${output}.scale`]: weights([channels], 0.5, 2),
    [`${output}.shift`]: weights([channels], -1, 2),
    [`${output}.mean`]: weights([channels], -2, 1),
    [`${output}.variance`]: weights([channels], 0.1, 3),
  };
  const made: OnnxNode = node('BatchNormalization', [input, ...Object.keys(constants)], [output], {
    epsilon: { float: 1e-3 },
  });
  return { constants, node: made };
}

const after = normalization('c', 'n', 6);
const before = normalization('x', 'n', 4);
const layers: Readonly<Record<string, { readonly weights: readonly number[]; readonly node: OnnxNode }>> = {
  Conv: { weights: [6, 4, 3, 3], node: node('Conv', ['x', 'w', 'b'], ['c']) },
  'Conv in groups': { weights: [6, 2, 3, 3], node: node('Conv', ['x', 'w'], ['c'], { group: 2 }) },
  ConvTranspose: { weights: [4, 6, 3, 3], node: node('ConvTranspose', ['x', 'w', 'b'], ['c']) },
  'ConvTranspose in groups': {
    weights: [4, 3, 3, 3],
    node: node('ConvTranspose', ['x', 'w'], ['c'], { group: 2 }),
  },
};

test.each(Object.entries(layers))('a normalization vanishes in the %s before it', async (_, layer) => {
  const constants = { ...after.constants, w: weights(layer.weights), b: weights([6]) };
  expect(
    await typesLeft({ inputs: { x: [1, 4, 7, 8] }, constants, nodes: [layer.node, after.node] }),
  ).toEqual([layer.node.type]);
});

test.each(['Conv', 'Conv in groups'])('a normalization vanishes in the %s after it', async (name) => {
  const layer = layers[name] ?? { weights: [], node: before.node };
  const reader = { ...layer.node, inputs: ['n', ...layer.node.inputs.slice(1)] };
  const constants = { ...before.constants, w: weights(layer.weights), b: weights([6]) };
  expect(await typesLeft({ inputs: { x: [1, 4, 7, 8] }, constants, nodes: [before.node, reader] })).toEqual([
    'Conv',
  ]);
});

test('a normalization stays before what pads, and before a ConvTranspose', async () => {
  const constants = { ...before.constants, w: weights([6, 4, 3, 3]), v: weights([4, 6, 3, 3]) };
  const padded = node('Conv', ['n', 'w'], ['c'], { pads: [1, 1, 1, 1] });
  const inputs = { x: [1, 4, 7, 8] };
  expect(await typesLeft({ inputs, constants, nodes: [before.node, padded] })).toContain(
    'BatchNormalization',
  );
  const transposed = node('ConvTranspose', ['n', 'v'], ['c']);
  expect(await typesLeft({ inputs, constants, nodes: [before.node, transposed] })).toContain(
    'BatchNormalization',
  );
});

test('without a shift, a normalization vanishes before what pads and before a ConvTranspose', async () => {
  const zeros = { ...weights([4]), data: new Float32Array(4) };
  const constants = {
    ...before.constants,
    'n.shift': zeros,
    'n.mean': zeros,
    w: weights([6, 4, 3, 3]),
    v: weights([4, 3, 3, 3]),
  };
  const inputs = { x: [1, 4, 7, 8] };
  const padded = node('Conv', ['n', 'w'], ['c'], { pads: [1, 1, 1, 1] });
  expect(await typesLeft({ inputs, constants, nodes: [before.node, padded] })).toEqual(['Conv']);
  const transposed = node('ConvTranspose', ['n', 'v'], ['c'], { group: 2 });
  expect(await typesLeft({ inputs, constants, nodes: [before.node, transposed] })).toEqual(['ConvTranspose']);
});

test('a normalization whose input is seen elsewhere stays', async () => {
  const constants = { ...after.constants, w: weights([6, 4, 3, 3]) };
  const nodes = [node('Conv', ['x', 'w'], ['c']), after.node];
  const parts = { inputs: { x: [1, 4, 7, 8] }, constants, nodes, outputs: ['c', 'n'] };
  expect(await typesLeft(parts)).toEqual(['Conv', 'BatchNormalization']);
});

test.each([0, 1])('a normalization vanishes in a Gemm on either side of it (transB %i)', async (transB) => {
  const first = normalization('x', 'm', 4);
  const constants = {
    ...after.constants,
    ...first.constants,
    w: weights(transB === 1 ? [6, 4] : [4, 6]),
    b: weights([1, 6]),
  };
  const gemm = node('Gemm', ['m', 'w', 'b'], ['c'], { transB, beta: { float: 0.5 } });
  const parts = { inputs: { x: [3, 4] }, constants, nodes: [first.node, gemm, after.node] };
  expect(await typesLeft(parts)).toEqual(['Gemm']);
});

test('around a MatMul, what is shifted is left as its bias', async () => {
  const first = normalization('x', 'm', 4);
  const constants = { ...after.constants, ...first.constants, w: weights([4, 6]), b: weights([6]) };
  const nodes = [first.node, node('MatMul', ['m', 'w'], ['p']), node('Add', ['p', 'b'], ['c']), after.node];
  const types = await typesLeft({ inputs: { x: [3, 4] }, constants, nodes });
  expect(types).toEqual(['MatMul', 'Add', 'Add']);
});

test('scales and shifts for each channel vanish as normalizations do, single numbers stay', async () => {
  const constants = {
    w: weights([6, 4, 1, 1]),
    scale: weights([6, 1, 1], 1, 2),
    shift: weights([1, 6, 1, 1]),
    three: floats(3),
  };
  const nodes = [
    node('Conv', ['x', 'w'], ['c']),
    node('Mul', ['scale', 'c'], ['m']),
    node('Sub', ['shift', 'm'], ['s']),
    node('Div', ['s', 'scale'], ['d']),
    node('Add', ['d', 'three'], ['y']),
  ];
  expect(await typesLeft({ inputs: { x: [1, 4, 5, 5] }, constants, nodes })).toEqual(['Conv', 'Add']);
});

test('a normalization with a scale after it and no layer beside it becomes one', async () => {
  const constants = { ...before.constants, scale: weights([4, 1, 1], 1, 2), shift: weights([4, 1, 1]) };
  const nodes = [before.node, node('Mul', ['n', 'scale'], ['m']), node('Add', ['m', 'shift'], ['y'])];
  expect(await typesLeft({ inputs: { x: [1, 4, 5, 5] }, constants, nodes })).toEqual(['BatchNormalization']);
});

test('zeros that are padded are joined into convolutions, other numbers are not', async () => {
  const pads = integers(0, 0, 1, 0, 0, 0, 0, 2);
  const constants = { w: weights([6, 4, 3, 3]), pads, one: { ...floats(1), shape: [] } };
  const conv = node('Conv', ['p', 'w'], ['y'], { pads: [0, 1, 1, 1], strides: [2, 2] });
  const inputs = { x: [1, 4, 7, 8] };
  expect(await typesLeft({ inputs, constants, nodes: [node('Pad', ['x', 'pads'], ['p']), conv] })).toEqual([
    'Conv',
  ]);
  const ones = [node('Pad', ['x', 'pads', 'one'], ['p']), conv];
  expect(await typesLeft({ inputs, constants, nodes: ones })).toEqual(['Pad', 'Conv']);
  const edges = [node('Pad', ['x', 'pads'], ['p'], { mode: 'edge' }), conv];
  expect(await typesLeft({ inputs, constants, nodes: edges })).toEqual(['Pad', 'Conv']);
});

test('a Pad before a maximum is joined where nothing padded can be the greatest', async () => {
  const constants = {
    pads: integers(0, 0, 1, 1, 0, 0, 1, 1),
    lowest: { ...floats(Number.NEGATIVE_INFINITY), shape: [] },
  };
  const pool = node('MaxPool', ['p'], ['y'], { kernel_shape: [3, 3], strides: [2, 2] });
  const inputs = { x: [1, 2, 6, 6] };
  const lowest = [node('Pad', ['x', 'pads', 'lowest'], ['p']), pool];
  expect(await typesLeft({ inputs, constants, nodes: lowest })).toEqual(['MaxPool']);
  const zeros = [node('Pad', ['x', 'pads'], ['p']), pool];
  expect(await typesLeft({ inputs, constants, nodes: zeros })).toEqual(['Pad', 'MaxPool']);
  const positive = [node('Relu', ['x'], ['r']), node('Pad', ['r', 'pads'], ['p']), pool];
  expect(await typesLeft({ inputs, constants, nodes: positive })).toEqual(['Relu', 'MaxPool']);
});

test('what hands on its input vanishes, and outputs keep their names', async () => {
  const constants = { same: integers(0, -1), perm: integers(1) };
  const nodes = [
    node('Identity', ['x'], ['i']),
    node('Relu', ['i'], ['r']),
    node('Dropout', ['r'], ['d']),
    node('Cast', ['d'], ['wide'], { to: 11 }),
    node('Cast', ['wide'], ['back'], { to: 1 }),
    node('Reshape', ['back', 'same'], ['s']),
    node('Transpose', ['s'], ['t'], { perm: [0, 1] }),
    node('Identity', ['t'], ['y']),
    node('Identity', ['x'], ['z']),
  ];
  const types = await typesLeft({ inputs: { x: [2, 3] }, constants, nodes, outputs: ['y', 'z'] });
  expect(types).toEqual(['Relu', 'Identity']);
});

test('a Cast that loses something stays', async () => {
  const nodes = [node('Cast', ['x'], ['i'], { to: 6 }), node('Cast', ['i'], ['y'], { to: 1 })];
  expect(await typesLeft({ inputs: { x: [2, 3] }, nodes })).toEqual(['Cast', 'Cast']);
});
