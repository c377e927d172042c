import { expect, test } from 'vitest';
import { NchwGraph, type Value } from '../../../tests/support/nchw-graph.ts';
import { constantOf } from '../model/data.ts';
import { mainGraph, opName, tensorAt } from '../model/graph.ts';
import type { Model, Op, Tensor } from '../model/types.ts';
import { toNhwc } from './to-nhwc.ts';

const nhwc = [0, 2, 3, 1];

/** The kinds of what the pass makes of a graph. */
function kindsOf(g: NchwGraph, outputs: readonly Value[]): readonly string[] {
  return mainGraph(toNhwc(g.model(outputs))).ops.map(opName);
}

function ends(model: Model): { readonly inputs: readonly Tensor[]; readonly outputs: readonly Tensor[] } {
  const graph = mainGraph(model);
  const at = (ids: typeof graph.inputs) => ids.map((id) => tensorAt(graph, id));
  return { inputs: at(graph.inputs), outputs: at(graph.outputs) };
}

const relu6 = (g: NchwGraph, x: Value) => g.unary('RELU6', x);

/** Depthwise and pointwise convolutions with squeeze and excitation between. */
function invertedResidual(g: NchwGraph, x: Value): Value {
  const [, channels = 1] = x.shape;
  const wide = relu6(g, g.conv(x, 2 * channels));
  const deep = relu6(g, g.conv(wide, 0, { size: 3, depthwise: true }));
  const squeezed = g.unary('RELU', g.conv(g.reduce('MEAN', deep, [2, 3], true), 2));
  const gate = g.unary('LOGISTIC', g.conv(squeezed, 2 * channels));
  return g.pair('ADD', x, g.conv(g.pair('MUL', deep, gate), channels));
}

function classifier(g: NchwGraph, x: Value): Value {
  const [, channels = 1] = x.shape;
  const rows = g.reshape(g.reduce('MEAN', x, [2, 3], true), [1, channels]);
  return g.make('SOFTMAX', { beta: 1 }, [g.dense(rows, 5).id], [1, 5]);
}

test('a MobileNet: no TRANSPOSE, activations within their convolutions, an image in NHWC', () => {
  const g = new NchwGraph();
  const x = g.input([1, 3, 16, 16]);
  const y = classifier(g, invertedResidual(g, relu6(g, g.conv(x, 8, { size: 3, stride: 2 }))));
  const model = toNhwc(g.model([y]));
  expect(mainGraph(model).ops.map(opName)).toEqual([
    ...[
      'CONV_2D',
      'CONV_2D',
      'DEPTHWISE_CONV_2D',
      'MEAN',
      'CONV_2D',
      'CONV_2D',
      'LOGISTIC',
      'MUL',
      'CONV_2D',
    ],
    ...['ADD', 'MEAN', 'RESHAPE', 'FULLY_CONNECTED', 'SOFTMAX'],
  ]);
  expect(ends(model).inputs[0]).toMatchObject({ shape: [1, 16, 16, 3], origin: { name: 'v0', order: nhwc } });
});

test('a residual network: the sum takes the activation behind it, and the name of its value', () => {
  const g = new NchwGraph();
  const x = g.unary('RELU', g.conv(g.input([1, 3, 8, 8]), 4, { size: 3 }));
  const inner = g.conv(g.unary('RELU', g.conv(x, 4, { size: 3 })), 4, { size: 3 });
  const sum = g.unary('RELU', g.pair('ADD', inner, x));
  const model = toNhwc(g.model([classifier(g, g.pool(sum, 'MAX_POOL_2D'))]));
  const graph = mainGraph(model);
  expect(graph.ops.map(opName)).not.toContain('TRANSPOSE');
  const add = graph.ops.find(({ kind }) => kind === 'ADD') as Op;
  expect(add.options).toEqual({ activation: 'RELU' });
  expect(graph.tensors[add.outputs[0] as number]?.origin).toEqual({ name: `v${sum.id}`, order: nhwc });
});

test('heads of a detector: their TRANSPOSE to NHWC is what the convolution makes', () => {
  const g = new NchwGraph();
  const deep = g.unary('RELU', g.conv(g.input([1, 3, 8, 8]), 8, { size: 3 }));
  const heads = [deep, g.pool(deep, 'MAX_POOL_2D')].map((x) => {
    const boxes = g.transpose(g.conv(x, 6, { size: 3 }), nhwc);
    return g.reshape(boxes, [1, (boxes.shape[1] ?? 1) * (boxes.shape[2] ?? 1) * 3, 2]);
  });
  const all = g.concat(heads, 1);
  const kinds = kindsOf(g, [g.make('SOFTMAX', { beta: 1 }, [all.id], all.shape)]);
  expect(kinds).toEqual([
    ...['CONV_2D', 'MAX_POOL_2D', 'CONV_2D', 'RESHAPE', 'CONV_2D', 'RESHAPE', 'CONCATENATION', 'SOFTMAX'],
  ]);
});

test('flattening before dense layers is in their weights, also through an activation', () => {
  const g = new NchwGraph();
  const x = g.conv(g.input([1, 3, 4, 6]), 2);
  const rows = g.unary('TANH', g.reshape(x, [1, 48]));
  const model = toNhwc(g.model([g.dense(rows, 3), g.dense(rows, 4)]));
  const { ops, tensors } = mainGraph(model);
  expect(ops.map(opName)).toEqual(['CONV_2D', 'RESHAPE', 'TANH', 'FULLY_CONNECTED', 'FULLY_CONNECTED']);
  const flat = ops.filter(({ kind }) => kind === 'RESHAPE' || kind === 'TANH');
  expect(flat.map(({ outputs: [id] }) => tensors[id as number]?.origin)).toEqual([undefined, undefined]);
});

test('flattening that somebody else sees keeps its order', () => {
  const g = new NchwGraph();
  const rows = g.reshape(g.conv(g.input([1, 3, 4, 6]), 2), [1, 48]);
  expect(
    kindsOf(g, [g.dense(rows, 3), g.unary('NEG', rows)]).filter((kind) => kind === 'TRANSPOSE'),
  ).toHaveLength(1);
});

test('shuffled channels cost one TRANSPOSE', () => {
  const g = new NchwGraph();
  const x = g.conv(g.input([1, 3, 4, 6]), 8);
  const split = g.transpose(g.reshape(x, [1, 2, 4, 4, 6]), [0, 2, 1, 3, 4]);
  const kinds = kindsOf(g, [g.conv(g.reshape(split, [1, 8, 4, 6]), 3)]);
  expect(kinds).toEqual(['CONV_2D', 'RESHAPE', 'TRANSPOSE', 'RESHAPE', 'CONV_2D']);
});

test('attention reads keys transposed', () => {
  const g = new NchwGraph();
  const x = g.input([2, 4, 8]);
  const keys = g.transpose(g.unary('TANH', x), [0, 2, 1]);
  const scores = g.make('BATCH_MATMUL', { adjX: false, adjY: false }, [x.id, keys.id], [2, 4, 4]);
  const { ops } = mainGraph(toNhwc(g.model([scores])));
  expect(ops.map(opName)).toEqual(['TANH', 'BATCH_MATMUL']);
  expect(ops[1]?.options).toEqual({ adjX: false, adjY: true });
});

test('what is done to pictures before the first convolution is done in NHWC', () => {
  const g = new NchwGraph();
  const x = g.pair('SUB', g.input([1, 3, 4, 6]), g.weights([3, 1, 1]));
  const [red, green, blue] = [0, 1, 2].map((c) =>
    g.make('SLICE', {}, [x.id, g.integers([0, c, 0, 0]), g.integers([1, 1, 4, 6])], [1, 1, 4, 6]),
  ) as [Value, Value, Value];
  const kinds = kindsOf(g, [g.conv(g.concat([blue, green, red], 1), 2)]);
  expect(kinds).toEqual(['SUB', 'SLICE', 'SLICE', 'SLICE', 'CONCATENATION', 'CONV_2D']);
});

test('a picture without a batch is an input in HWC', () => {
  const g = new NchwGraph();
  const x = g.reshape(g.input([3, 8, 8]), [1, 3, 8, 8]);
  const model = toNhwc(g.model([g.conv(x, 2)]));
  expect(ends(model).inputs[0]).toMatchObject({ shape: [8, 8, 3], origin: { name: 'v0', order: [1, 2, 0] } });
});

test('inputs and outputs that nothing wants otherwise stay as they are', () => {
  const g = new NchwGraph();
  const model = g.model([g.unary('EXP', g.input([1, 3, 4, 6]))]);
  const after = toNhwc(model);
  expect(ends(after)).toMatchObject({
    inputs: [{ shape: [1, 3, 4, 6] }],
    outputs: [{ shape: [1, 3, 4, 6] }],
  });
});

test('outputs in NHWC say so; two of one value stay two; signatures follow', () => {
  const g = new NchwGraph();
  const x = g.input([1, 3, 4, 6]);
  const y = g.conv(x, 2);
  const model = g.model([y, g.transpose(y, nhwc)]);
  const signature = {
    key: 'main',
    graph: 0,
    inputs: [{ name: 'x', tensor: x.id }],
    outputs: [{ name: 'y', tensor: y.id }],
  };
  const after = toNhwc({ ...model, signatures: [signature] });
  const graph = mainGraph(after);
  expect(
    ends(after).outputs.map(({ name, shape, origin }) => ({ name, shape, order: origin?.order })),
  ).toEqual([
    { name: `v${y.id}`, shape: [1, 4, 6, 2], order: nhwc },
    {
      name: tensorAt(mainGraph(model), model.graphs[0]?.outputs[1] as never).name,
      shape: [1, 4, 6, 2],
      order: undefined,
    },
  ]);
  expect(after.signatures[0]?.inputs[0]?.tensor).toBe(graph.inputs[0]);
  expect(after.signatures[0]?.outputs[0]?.tensor).toBe(graph.outputs[0]);
});

test('an op that nothing is known of keeps its order', () => {
  const g = new NchwGraph();
  const x = g.conv(g.input([1, 3, 4, 6]), 2);
  const y = g.value([1, 2, 4, 6]);
  const model = g.model([g.conv(y, 2)]);
  const graph = mainGraph(model);
  const unknown: Op = {
    kind: 'OPAQUE',
    name: 'ONNX:Odd',
    options: {},
    inputs: [x.id],
    outputs: [y.id],
    version: 1,
  };
  const ops = [...graph.ops.slice(0, 3), unknown, ...graph.ops.slice(3)];
  const kinds = mainGraph(toNhwc({ ...model, graphs: [{ ...graph, ops }] })).ops.map(opName);
  expect(kinds).toEqual(['CONV_2D', 'TRANSPOSE', 'ONNX:Odd', 'TRANSPOSE', 'CONV_2D']);
});

test('ranges of training pass like activations and keep what they stand between', () => {
  const g = new NchwGraph();
  const options = { min: -1, max: 1, bits: 8, narrowRange: false };
  const rounded = (x: Value) => g.make('FAKE_QUANT', options, [x.id], x.shape);
  const x = rounded(g.conv(g.input([1, 3, 4, 6]), 2));
  const kinds = kindsOf(g, [g.conv(rounded(g.unary('RELU', x)), 2)]);
  expect(kinds).toEqual(['CONV_2D', 'FAKE_QUANT', 'RELU', 'FAKE_QUANT', 'CONV_2D']);
});

test('an activation stays outside where somebody else reads what is before it', () => {
  const g = new NchwGraph();
  const x = g.conv(g.input([1, 3, 4, 6]), 2);
  expect(kindsOf(g, [g.unary('RELU', x), x])).toEqual(['CONV_2D', 'RELU']);
});

test.each([
  [[0, 6], 'RELU6'],
  [[-1, 1], 'RELU_N1_TO_1'],
  [[-2, 2], 'NONE'],
] as const)('MAXIMUM and MINIMUM with %j fuse as %s', ([low, high], activation) => {
  const g = new NchwGraph();
  const x = g.conv(g.input([1, 3, 4, 6]), 2);
  const y = g.pair('MINIMUM', g.pair('MAXIMUM', x, g.constant([], [low])), g.constant([], [high]));
  const [conv, ...rest] = mainGraph(toNhwc(g.model([y]))).ops;
  expect(conv?.options).toMatchObject({ activation });
  expect(rest).toHaveLength(activation === 'NONE' ? 2 : 0);
});

test('constants behind a convolution are in its weights and bias', () => {
  const g = new NchwGraph();
  const x = g.conv(g.input([1, 3, 4, 6]), 2);
  const scaled = g.pair('MUL', x, g.constant([1, 2, 1, 1], [3, 5]));
  const model = g.model([g.unary('RELU', g.pair('ADD', g.constant([2, 1, 1], [7, 11]), scaled))]);
  const convOf = (graph: ReturnType<typeof mainGraph>) => {
    const op = graph.ops.find(({ kind }) => kind === 'CONV_2D') as Op;
    return op.inputs.slice(1).map((id) => Array.from(constantOf(tensorAt(graph, id))?.data as Float32Array));
  };
  const [weights = [], bias = []] = convOf(mainGraph(model));
  const after = mainGraph(toNhwc(model));
  expect(after.ops.map(opName)).toEqual(['CONV_2D']);
  expect(convOf(after)).toEqual([
    weights.map((w, i) => w * (i < 3 ? 3 : 5)),
    bias.map((b, i) => (i === 0 ? b * 3 + 7 : b * 5 + 11)),
  ]);
});

test.each([
  [[1, 1, 1, 1], 'SAME', 1],
  [[0, 2, 1, 1], 'VALID', 1],
  [[0, 1, 0, 1], 'SAME', 2],
  [[1, 1, 1, 1], 'VALID', 2],
] as const)('zeros %j before a 3×3 convolution: %s with stride %i', (pads, padding, stride) => {
  const g = new NchwGraph();
  const [top, bottom, left, right] = pads;
  const list = g.integers([0, 0, 0, 0, ...pads], [4, 2]);
  const wide = g.make(
    'PAD',
    {},
    [g.input([1, 3, 8, 8]).id, list],
    [1, 3, 8 + top + bottom, 8 + left + right],
  );
  const { ops } = mainGraph(toNhwc(g.model([g.conv(wide, 2, { size: 3, stride, padding: 'VALID' })])));
  expect(ops.map(opName)).toEqual(padding === 'SAME' ? ['CONV_2D'] : ['PAD', 'CONV_2D']);
  expect(ops.at(-1)?.options).toMatchObject({ padding });
});
