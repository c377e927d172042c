import { expect, test } from 'vitest';
import { writeOnnx } from '../src/core/formats/onnx/write.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import { raiseOpset } from '../src/core/qdq/opset.ts';
import { floats, type GraphParts, integers, modelOf, node, weights } from './support/onnx-graphs.ts';
import { noiseOf, runOnnx } from './support/onnx-runtime.ts';

const image = { x: [2, 3, 4, 5] } as const;
const one = (...args: Parameters<typeof node>): GraphParts => ({ inputs: image, nodes: [node(...args)] });

/** What an op looks like before set 13, and the oldest set that it looks so in. */
const forms: Readonly<Record<string, readonly [opset: number, parts: GraphParts]>> = {
  'Softmax over all from dimension 1 on': [12, one('Softmax', ['x'], ['y'])],
  'Softmax over all from dimension 2 on': [8, one('Softmax', ['x'], ['y'], { axis: 2 })],
  'Softmax over everything': [9, one('Softmax', ['x'], ['y'], { axis: 0 })],
  'Softmax of one dimension': [11, one('Softmax', ['x'], ['y'], { axis: -1 })],
  'Softmax where one size alone is not 1': [
    7,
    { inputs: { x: [2, 3, 1, 1] }, nodes: [node('Softmax', ['x'], ['y'])] },
  ],
  'LogSoftmax over all from dimension 1 on': [9, one('LogSoftmax', ['x'], ['y'])],
  'Hardmax over all from dimension 2 on': [11, one('Hardmax', ['x'], ['y'], { axis: 2 })],
  Squeeze: [12, { inputs: { x: [2, 1, 3, 1] }, nodes: [node('Squeeze', ['x'], ['y'], { axes: [1, 3] })] }],
  'Squeeze of every 1': [11, { inputs: { x: [2, 1, 3, 1] }, nodes: [node('Squeeze', ['x'], ['y'])] }],
  Unsqueeze: [9, one('Unsqueeze', ['x'], ['y'], { axes: [0, 3] })],
  ReduceSum: [11, one('ReduceSum', ['x'], ['y'], { axes: [1, 2], keepdims: 0 })],
  'ReduceSum of everything': [8, one('ReduceSum', ['x'], ['y'])],
  Split: [
    12,
    {
      inputs: image,
      nodes: [node('Split', ['x'], ['y', 'z'], { axis: 3, split: [2, 3] })],
      outputs: ['y', 'z'],
    },
  ],
  'Split in equal parts': [
    9,
    { inputs: image, nodes: [node('Split', ['x'], ['y', 'z'], { axis: 2 })], outputs: ['y', 'z'] },
  ],
  Clip: [10, one('Clip', ['x'], ['y'], { min: { float: -0.25 }, max: { float: 0.5 } })],
  'Clip above': [7, one('Clip', ['x'], ['y'], { max: { float: 0.5 } })],
  'Clip below': [8, one('Clip', ['x'], ['y'], { min: { float: 0 } })],
  'Pad with a value': [
    10,
    one('Pad', ['x'], ['y'], { pads: [0, 0, 1, 2, 0, 0, 2, 1], value: { float: 0.75 } }),
  ],
  'Pad with the edge': [9, one('Pad', ['x'], ['y'], { pads: [0, 0, 1, 2, 0, 0, 2, 1], mode: 'edge' })],
  Slice: [9, one('Slice', ['x'], ['y'], { axes: [2, 3], starts: [1, 0], ends: [2 ** 63, -1] })],
  'Slice of the first dimensions': [8, one('Slice', ['x'], ['y'], { starts: [0, 1], ends: [1, 3] })],
  TopK: [
    9,
    {
      inputs: image,
      nodes: [node('TopK', ['x'], ['y', 'at'], { k: 2, axis: 2 })],
      outputs: ['y'],
    },
  ],
  'Upsample, scales as attribute': [
    7,
    one('Upsample', ['x'], ['y'], { mode: 'nearest', scales: { floats: [1, 1, 2, 3] } }),
  ],
  'Upsample, linear': [
    9,
    {
      inputs: image,
      constants: { s: floats(1, 1, 2, 2) },
      nodes: [node('Upsample', ['x', 's'], ['y'], { mode: 'linear' })],
    },
  ],
  'Resize that enlarges to the nearest': [
    10,
    {
      inputs: image,
      constants: { s: floats(1, 1, 1.75, 2) },
      nodes: [node('Resize', ['x', 's'], ['y'], { mode: 'nearest' })],
    },
  ],
  'Resize that reduces to the nearest': [
    10,
    {
      inputs: image,
      constants: { s: floats(1, 1, 0.5, 0.6) },
      nodes: [node('Resize', ['x', 's'], ['y'], { mode: 'nearest' })],
    },
  ],
  'Resize, linear': [
    10,
    {
      inputs: image,
      constants: { s: floats(1, 1, 0.5, 1.6) },
      nodes: [node('Resize', ['x', 's'], ['y'], { mode: 'linear' })],
    },
  ],
  'BatchNormalization that nothing takes in': [
    8,
    {
      inputs: image,
      constants: { s: weights([3], 1, 2), b: weights([3]), m: weights([3]), v: weights([3], 1, 2) },
      nodes: [node('BatchNormalization', ['x', 's', 'b', 'm', 'v'], ['y'], { spatial: 1 })],
    },
  ],
};

test.each(Object.keys(forms))('%s: the same bits in operator set 13', async (name) => {
  const [opset, parts] = forms[name] ?? [13, one('Relu', ['x'], ['y'])];
  const onnx = normalizeOnnx(modelOf(parts, opset));
  const raised = raiseOpset(onnx);
  expect(raised.opset).toBe(13);
  const feeds = new Map(
    onnx.graph.inputs.map((input) => [input.name, noiseOf({ dtype: 'float32', ...shapeOf(input) })] as const),
  );
  const before = await runOnnx(writeOnnx(onnx.graph, onnx.opset), feeds);
  const after = await runOnnx(writeOnnx(raised.graph, 13), feeds);
  expect(after).toEqual(before);
  for (const { outputs } of raised.graph.nodes)
    for (const output of outputs) expect(raised.values.has(output)).toBe(true);
});

function shapeOf({ shape = [] }: { readonly shape?: readonly (number | string)[] }) {
  return { shape: shape.map(Number) };
}

test('Scatter, whose shapes are not known here, gets its new name', async () => {
  const file = modelOf(
    {
      inputs: { x: [6] },
      constants: { i: integers(1, 4), u: floats(7, 8) },
      nodes: [node('Scatter', ['x', 'i', 'u'], ['y'], { axis: 0 })],
    },
    10,
  );
  const raised = raiseOpset({ file, opset: 10, graph: file.graph, values: new Map(), notes: [] });
  const feeds = new Map([['x', floats(1, 2, 3, 4, 5, 6)]]);
  expect(await runOnnx(writeOnnx(raised.graph, 13), feeds)).toEqual(
    new Map([['y', floats(1, 7, 3, 4, 8, 6)]]),
  );
});

test('a newer set stays', () => {
  const onnx = normalizeOnnx(modelOf(one('Relu', ['x'], ['y']), 17));
  expect(raiseOpset(onnx)).toBe(onnx);
});

test('what has no counterpart is refused by name', () => {
  const parts = {
    inputs: image,
    constants: { s: floats(1, 1, 0.5, 2) },
    nodes: [node('Resize', ['x', 's'], ['y'], { mode: 'nearest' })],
  };
  const onnx = normalizeOnnx(modelOf(parts, 10));
  expect(() => raiseOpset(onnx)).toThrow(
    expect.objectContaining({ code: 'export/refused', details: expect.objectContaining({ node: 'y' }) }),
  );
});
