import { expect, test } from 'vitest';
import {
  floats,
  type GraphParts,
  graphOf,
  integers,
  modelOf,
  node,
  weights,
} from '../../../tests/support/onnx-graphs.ts';
import { readOnnx } from '../formats/onnx/read.ts';
import { writeOnnx } from '../formats/onnx/write.ts';
import type { TensorData } from '../model/types.ts';
import { Problem } from '../problem.ts';
import { normalizeOnnx } from './normalize.ts';

/** The problem that a graph ends in. */
function problemOf(parts: GraphParts, opset?: number): { code: string; message: string; node: unknown } {
  try {
    normalizeOnnx(modelOf(parts, opset));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, message, details } = error;
    return { code, message, node: details.node };
  }
  throw new Error('the graph was taken');
}

const inputs = { x: [1, 4, 8, 8] };

test.each<readonly [string, string, GraphParts]>([
  [
    'a cycle',
    'Add node “a” reads “b”, before it is made; nodes must stand in the order in which they run, without cycles.',
    { inputs, nodes: [node('Add', ['x', 'b'], ['a']), node('Relu', ['a'], ['b'])] },
  ],
  [
    'a value that nothing makes',
    'Relu node “y” reads “z”, which nothing in the file makes.',
    { inputs, nodes: [node('Relu', ['z'], ['y'])] },
  ],
  [
    'a value made twice',
    'Relu node “x” makes “x”, which exists already.',
    { inputs, nodes: [node('Relu', ['x'], ['x'])] },
  ],
  [
    'shapes that do not fit',
    'Add node “y” combines the shapes [1,4,8,8] and [3], which do not fit.',
    { inputs, constants: { c: floats(1, 2, 3) }, nodes: [node('Add', ['x', 'c'], ['y'])] },
  ],
  [
    'weights for other channels',
    'Conv node “y” applies weights [6,3,1,1] in 1 groups to [1,4,8,8], which do not fit.',
    { inputs, constants: { w: weights([6, 3, 1, 1]) }, nodes: [node('Conv', ['x', 'w'], ['y'])] },
  ],
  [
    'a window larger than its input',
    'MaxPool node “y” slides a window of 9 over 8 elements, where it does not fit.',
    { inputs, nodes: [node('MaxPool', ['x'], ['y'], { kernel_shape: [9, 9] })] },
  ],
  [
    'an attribute of the wrong kind',
    'Concat node “y” has an attribute “axis” that is not an integer.',
    { inputs, nodes: [node('Concat', ['x', 'x'], ['y'], { axis: 'one' })] },
  ],
  [
    'an attribute that is missing',
    'MaxPool node “y” lacks the attribute “kernel_shape”.',
    { inputs, nodes: [node('MaxPool', ['x'], ['y'])] },
  ],
  [
    'a dimension that is not there',
    'Softmax node “y” names dimension 4 of a value that has 4.',
    { inputs, nodes: [node('Softmax', ['x'], ['y'], { axis: 4 })] },
  ],
  [
    'a reshape to another number of elements',
    'Reshape node “y” gives [1,4,8,8] the shape [3,-1], which has another number of elements.',
    { inputs, constants: { s: integers(3, -1) }, nodes: [node('Reshape', ['x', 's'], ['y'])] },
  ],
  [
    'parts that do not add up',
    'Split node “a” splits 4 elements into [1,2] for 2 outputs.',
    { inputs, constants: { s: integers(1, 2) }, nodes: [node('Split', ['x', 's'], ['a', 'b'], { axis: 1 })] },
  ],
  [
    'a picked element that is not there',
    'Gather node “y” picks element 3 of 3.',
    {
      inputs,
      constants: { c: floats(1, 2, 3), i: integers(3) },
      nodes: [node('Gather', ['c', 'i'], ['g']), node('Mul', ['x', 'g'], ['y'])].map((one, i) =>
        i === 0 ? { ...one, name: 'y' } : one,
      ),
    },
  ],
])('%s is refused, naming the node', (_, message, parts) => {
  const problem = problemOf(parts);
  expect(problem).toMatchObject({ code: 'model/invalid', message });
  expect(message).toContain(`“${problem.node}”`);
});

test('a node without a name is called by what it makes', () => {
  const nodes = [{ ...node('Relu', ['z'], ['y']), name: '' }];
  expect(problemOf({ inputs, nodes }).message).toContain('Relu node “y”');
});

test('an output that nothing makes is refused', () => {
  expect(problemOf({ inputs, nodes: [node('Relu', ['x'], ['y'])], outputs: ['z'] })).toMatchObject({
    code: 'model/invalid',
    message: "Nothing makes the model's output “z”.",
  });
});

test('a setting that is computed from the input is refused', () => {
  const nodes = [node('Cast', ['x'], ['s'], { to: 7 }), node('Reshape', ['x', 's'], ['y'])];
  expect(problemOf({ inputs: { x: [2] }, nodes })).toMatchObject({ code: 'model/unsupported-op', node: 'y' });
});

const unknown = { ...node('FancyNorm', ['x'], ['f']), domain: 'com.example' };

test('unknown operators are named, all of them, where nobody knows what they make', () => {
  const nodes = [
    unknown,
    node('Relu', ['f'], ['r']),
    { ...unknown, name: 'g', inputs: ['r'], outputs: ['g'] },
  ];
  const { code, message } = problemOf({ inputs, nodes });
  expect(code).toBe('model/unsupported-op');
  expect(message).toContain('com.example.FancyNorm node “f”, com.example.FancyNorm node “g”.');
});

test('an unknown operator whose result’s shape the file tells stays where it is', () => {
  const graph = graphOf({ inputs: { x: ['batch', 4] }, nodes: [unknown] });
  const outputs = [{ name: 'f', dtype: 'float32' as const, shape: ['batch', 3] }];
  const { graph: normalized, values } = normalizeOnnx(readOnnx(writeOnnx({ ...graph, outputs })));
  expect(normalized.nodes.map(({ type }) => type)).toEqual(['FancyNorm']);
  expect(values.get('f')).toEqual({ dtype: 'float32', shape: [1, 3] });
});

test('sizes of the same name are one size, and a batch is 1 wherever it appears', () => {
  const parts = {
    inputs: { x: ['n', 'side', 'side'], m: ['side', 'n'] },
    nodes: [node('MatMul', ['x', 'm'], ['y'])],
  };
  const { values, notes } = normalizeOnnx(modelOf(parts), { sizes: new Map([['side', 5]]) });
  expect(values.get('x')?.shape).toEqual([1, 5, 5]);
  expect(values.get('y')?.shape).toEqual([1, 5, 1]);
  expect(notes).toEqual(['The batch, whose size the file leaves open, is 1.']);
  const four = normalizeOnnx(modelOf(parts), { sizes: new Map(Object.entries({ side: 5, n: 4 })) });
  expect(four.values.get('y')?.shape).toEqual([4, 5, 4]);
});

test('suggested sizes are such as fit what the model does with them', () => {
  const parts = {
    inputs: { x: ['n', 'c', 'h', 'w'] },
    constants: { k: weights([2, 1, 3, 3]), s: integers(1, 2 * 94 * 94) },
    nodes: [node('Conv', ['x', 'k'], ['c1']), node('Reshape', ['c1', 's'], ['y'])],
  };
  const suggestions = [1, 96, 96];
  const sizes = ['c', 'h', 'w'].map((key, i) => ({
    key,
    input: 'x',
    dimension: i + 1,
    suggestion: suggestions[i],
  }));
  expect(() => normalizeOnnx(modelOf(parts))).toThrow(
    expect.objectContaining({ code: 'model/dynamic-shape', details: { sizes } }),
  );
});

test.each([0, 2.5, Number.NaN])('a size of %d is refused', (size) => {
  const parts = { inputs: { x: ['n', 'w'] }, nodes: [node('Relu', ['x'], ['y'])] };
  const sizes = new Map([['w', size]]);
  expect(() => normalizeOnnx(modelOf(parts), { sizes })).toThrow(expect.objectContaining({ code: 'usage' }));
});

test('half floats are float32 from end to end', () => {
  const half: TensorData = { dtype: 'float16', shape: [2], data: new Float32Array([0.5, 2]) };
  const graph = {
    ...graphOf({
      inputs: { x: [2] },
      nodes: [
        node('Cast', ['x'], ['h'], { to: 10 }),
        node('Constant', [], ['c'], { value: { tensor: half } }),
        node('Mul', ['h', 'c'], ['m']),
        node('Cast', ['m'], ['y'], { to: 1 }),
      ],
    }),
    inputs: [{ name: 'x', dtype: 'float16' as const, shape: [2] }],
  };
  // The writer widens halves too, so the graph is put into a model that was read before.
  const model = { ...readOnnx(writeOnnx(graph)), graph };
  const normalized = normalizeOnnx(model);
  expect(normalized.graph.nodes.map(({ type }) => type)).toEqual(['Mul']);
  expect([...normalized.values.values()].every(({ dtype }) => dtype === 'float32')).toBe(true);
  expect(normalized.notes).toEqual([
    'Half floats are computed as float32; a quantized .onnx has float32 inputs and outputs.',
  ]);
});

test('doubles are float32, but not before constants were computed with them', () => {
  const factor: TensorData = { dtype: 'float64', shape: [1], data: new Float64Array([0.28]) };
  const parts = {
    inputs: { x: [1, 4] },
    constants: { factor, count: integers(25) },
    nodes: [
      node('Cast', ['count'], ['wide'], { to: 11 }),
      node('Mul', ['wide', 'factor'], ['product']),
      // 7 in float32; in float64 the product is a little more.
      node('Ceil', ['product'], ['size']),
      node('Cast', ['x'], ['d'], { to: 11 }),
      node('Mul', ['d', 'size'], ['y']),
    ],
  };
  const { graph, values, notes } = normalizeOnnx(modelOf(parts));
  expect(graph.nodes.map(({ type }) => type)).toEqual(['Mul']);
  expect(graph.constants.get('size')?.data).toEqual(new Float32Array([8]));
  expect(values.get('y')?.dtype).toBe('float32');
  expect(notes).toEqual([
    'float64 is computed as float32; a quantized .onnx has float32 inputs and outputs.',
  ]);
});

test('a constant costs nothing until it is read, and too large a one is refused then', () => {
  const parts = {
    inputs: { x: [1, 2 ** 16] },
    constants: { s: integers(2 ** 16, 2 ** 16) },
    nodes: [node('ConstantOfShape', ['s'], ['w']), node('MatMul', ['x', 'w'], ['y'])],
  };
  const { graph } = normalizeOnnx(modelOf(parts));
  expect(graph.nodes.map(({ type }) => type)).toEqual(['MatMul']);
  expect(() => graph.constants.get('w')?.data).toThrow(
    expect.objectContaining({ code: 'compute/out-of-memory' }),
  );
});

test('what the file says of its outputs is corrected', () => {
  const graph = graphOf({ inputs, nodes: [node('GlobalMaxPool', ['x'], ['y'])] });
  const outputs = [{ name: 'y', dtype: 'float32' as const, shape: ['batch', 4] }];
  const normalized = normalizeOnnx(readOnnx(writeOnnx({ ...graph, outputs })));
  expect(normalized.graph.outputs).toEqual([{ name: 'y', dtype: 'float32', shape: [1, 4, 1, 1] }]);
  expect(normalized.notes).toEqual([
    'The file says that the output “y” has the shape [batch,4]; it has [1,4,1,1].',
  ]);
});

test('shape arithmetic leaves nothing behind', () => {
  const parts = {
    inputs: { x: ['n', 4, 6, 5] },
    constants: { zero: { ...integers(0), shape: [] }, ax: integers(0), rest: integers(-1), two: integers(2) },
    nodes: [
      node('Shape', ['x'], ['s']),
      node('Gather', ['s', 'zero'], ['n0']),
      node('Unsqueeze', ['n0', 'ax'], ['n1']),
      node('Slice', ['s', 'two', 'rest'], ['h']),
      node('Mul', ['h', 'two'], ['h2']),
      node('Concat', ['n1', 'h2', 'rest'], ['t'], { axis: 0 }),
      node('Reshape', ['x', 't'], ['y']),
    ],
  };
  const { graph, values } = normalizeOnnx(modelOf(parts));
  expect(graph.nodes.map(({ type }) => type)).toEqual(['Reshape']);
  expect(graph.constants.get('t')?.data).toEqual(new BigInt64Array([1n, 12n, -1n]));
  expect(values.get('y')?.shape).toEqual([1, 12, 10]);
});

test('operands of set 6 are stretched where its nodes say', () => {
  const constants = { c: floats(1, 2, 3, 4) };
  const add = node('Add', ['x', 'c'], ['y'], { broadcast: 1, axis: 1 });
  const { graph, opset } = normalizeOnnx(modelOf({ inputs, constants, nodes: [add] }, 6));
  expect(opset).toBe(7);
  const [raised] = graph.nodes;
  expect(raised?.attributes).toEqual({});
  expect(graph.constants.get(raised?.inputs[1] ?? '')?.shape).toEqual([4, 1, 1]);

  const computed = [node('GlobalMaxPool', ['x'], ['g']), node('Flatten', ['g'], ['f'], { axis: 0 })];
  const product = node('Mul', ['x', 'f'], ['y'], { broadcast: 1, axis: 0 });
  const reshaped = normalizeOnnx(modelOf({ inputs, nodes: [...computed, product] }, 6)).graph;
  expect(reshaped.nodes.map(({ type }) => type)).toEqual(['GlobalMaxPool', 'Flatten', 'Reshape', 'Mul']);
});

test('branches and loops are refused by name', () => {
  const model = modelOf({ inputs, nodes: [node('If', ['x'], ['y'])] });
  const opaque = { $typeName: 'onnx.AttributeProto' as const, type: 5 } as never;
  const nodes = model.graph.nodes.map((one) => ({ ...one, attributes: { then_branch: { opaque } } }));
  expect(() => normalizeOnnx({ ...model, graph: { ...model.graph, nodes } })).toThrow(/If node “y”/);
});
