import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Attribute, OnnxModel, OnnxNode } from '../src/core/formats/onnx/graph.ts';
import { readOnnx } from '../src/core/formats/onnx/read.ts';
import { writeOnnx } from '../src/core/formats/onnx/write.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import { Problem } from '../src/core/problem.ts';
import { floats, graphOf, integers, modelOf, node, weights } from './support/onnx-graphs.ts';

/** Damaged and hostile files end in a typed problem or work, soon; no other exception, no hang, no great allocation. */

/** One of each op whose settings decide about shapes. */
const parts = {
  inputs: { x: ['n', 4, 8, 8] },
  constants: {
    w: weights([4, 4, 3, 3]),
    t: weights([4, 2, 2, 2]),
    v: weights([4], 0.5, 1),
    pads: integers(0, 0, 1, 1, 0, 0, 1, 1),
    from: integers(0),
    to: integers(6),
    axis: integers(2),
    scales: floats(1, 1, 2, 2),
    flat: integers(0, -1),
    pair: integers(1, 1),
    repeats: integers(1, 1, 2, 1),
    size: integers(3, 2),
    grown: integers(3, 1, 2),
    table: weights([5, 2]),
    one: { ...integers(1), shape: [] },
    five: { ...integers(5), shape: [] },
  },
  nodes: [
    node('Pad', ['x', 'pads'], ['p']),
    node('Conv', ['p', 'w'], ['c'], { strides: [1, 1], dilations: [1, 1], group: 1 }),
    node('BatchNormalization', ['c', 'v', 'v', 'v', 'v'], ['b']),
    node('MaxPool', ['b'], ['m'], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }),
    node('ConvTranspose', ['m', 't'], ['d'], { strides: [2, 2], auto_pad: 'SAME_UPPER' }),
    node('Resize', ['d', '', 'scales'], ['r']),
    node('Slice', ['r', 'from', 'to', 'axis'], ['s']),
    node('Split', ['s', 'pair'], ['s1', 's2'], { axis: 1 }),
    node('Concat', ['s1', 's2'], ['k'], { axis: 1 }),
    node('Tile', ['k', 'repeats'], ['i']),
    node('Transpose', ['i'], ['o'], { perm: [0, 2, 3, 1] }),
    node('ReduceMean', ['o'], ['a'], { axes: [1], keepdims: 0 }),
    node('ConstantOfShape', ['size'], ['z']),
    node('Range', ['one', 'five', 'one'], ['g']),
    node('Gather', ['table', 'g'], ['h']),
    node('Expand', ['h', 'grown'], ['e']),
    node('Softmax', ['a'], ['f'], { axis: 1 }),
    node('Reshape', ['f', 'flat'], ['y']),
  ],
};
const bytes = writeOnnx(graphOf(parts), 17);

/** Whether it ends well, and how long that takes in milliseconds. */
function tryOut(open: () => OnnxModel): { readonly fine: boolean; readonly time: number } {
  const start = performance.now();
  let fine = false;
  try {
    normalizeOnnx(open());
    fine = true;
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'internal') throw error;
  }
  return { fine, time: performance.now() - start };
}

/** Far more than a damaged file of a few kilobytes takes, far less than a hang. */
const patience = 3000;

test('the file that is damaged below is taken as it is', () => {
  expect(tryOut(() => readOnnx(bytes)).fine).toBe(true);
});

test('a file cut off anywhere ends in a problem', () => {
  for (let length = 0; length < bytes.length; length += 7) {
    const { time } = tryOut(() => readOnnx(bytes.subarray(0, length)));
    expect(time).toBeLessThan(patience);
  }
});

test('a file with changed bytes ends in a problem or works', () => {
  const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
  const property = fc.property(changes, (list) => {
    const damaged = bytes.slice();
    for (const [at, byte] of list) damaged[at] = byte;
    expect(tryOut(() => readOnnx(damaged)).time).toBeLessThan(patience);
  });
  fc.assert(property, { numRuns: 1500, seed: 6 });
});

const number = fc.oneof(
  fc.integer({ min: -3, max: 12 }),
  fc.constantFrom(2 ** 31, -(2 ** 31), 2 ** 62, -(2 ** 62), 1e6, 65536),
);
const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  number.map((int) => ({ int })),
  fc.array(number, { maxLength: 6 }).map((ints) => ({ ints })),
  fc.float().map((float) => ({ float })),
  fc.array(fc.float(), { maxLength: 6 }).map((list) => ({ floats: list })),
  fc.constantFrom('SAME_LOWER', 'reflect', 'cubic', ''),
  fc.array(number, { maxLength: 3 }).map((list) => ({ tensor: integers(...list) })),
);
const settings = [
  'axis',
  'axes',
  'pads',
  'strides',
  'kernel_shape',
  'group',
  'perm',
  'output_shape',
  'to',
  'mode',
];
const change = fc.record({
  node: fc.nat(parts.nodes.length - 1),
  name: fc.constantFrom(
    ...settings,
    'dilations',
    'auto_pad',
    'value',
    'keepdims',
    'blocksize',
    'start',
    'end',
  ),
  attribute,
  type: fc.constantFrom(
    '',
    'DepthToSpace',
    'MatMul',
    'Gemm',
    'TopK',
    'Flatten',
    'Shape',
    'Cast',
    'Where',
    'OneHot',
  ),
  input: fc.constantFrom('', ...Object.keys(parts.constants), 'x', 'c', 'r', 'a'),
  constant: fc.constantFrom(...Object.keys(parts.constants)),
  values: fc.array(number, { maxLength: 8 }),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(one: OnnxNode, { name, attribute: value, type, input }: Change): OnnxNode {
  const inputs = one.inputs.map((old, i) => (i === one.inputs.length - 1 && input !== '' ? input : old));
  return { ...one, type: type || one.type, inputs, attributes: { ...one.attributes, [name]: value } };
}

test('a graph with changed settings ends in a problem or works', () => {
  const whole = modelOf(parts);
  const counts = { fine: 0, refused: 0 };
  const property = fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), fc.nat(2), (list, kinds) => {
    const nodes = [...whole.graph.nodes];
    const constants = new Map(whole.graph.constants);
    for (const one of list) {
      const old = nodes[one.node];
      if (kinds !== 1 && old !== undefined) nodes[one.node] = changed(old, one);
      if (kinds !== 0) constants.set(one.constant, integers(...one.values));
    }
    const { fine, time } = tryOut(() => ({ ...whole, graph: { ...whole.graph, nodes, constants } }));
    counts[fine ? 'fine' : 'refused']++;
    expect(time).toBeLessThan(patience);
  });
  fc.assert(property, { numRuns: 3000, seed: 6 });
  // Both must happen, or nothing was tried.
  expect(Math.min(counts.fine, counts.refused)).toBeGreaterThan(100);
});
