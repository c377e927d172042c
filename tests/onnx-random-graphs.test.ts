import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OnnxNode } from '../src/core/formats/onnx/graph.ts';
import type { TensorData } from '../src/core/model/types.ts';
import { compared } from './support/onnx-compare.ts';
import { floats, type GraphParts, integers, modelOf, node, weights } from './support/onnx-graphs.ts';

/** Graphs of the ops that rewrites look at, in any order and with any value read again, answer as they did. */

/** Nodes that make `output` of `input`, whose channels are 4, and the constants that they read. */
interface Step {
  readonly nodes: readonly OnnxNode[];
  readonly constants?: Readonly<Record<string, TensorData>>;
}
type Make = (input: string, output: string) => Step;

/** One constant for `type`, read beside the input. */
function beside(type: string, constant: TensorData, first = false): Make {
  return (input, output) => {
    const name = `${output}.c`;
    return {
      nodes: [node(type, first ? [name, input] : [input, name], [output])],
      constants: { [name]: constant },
    };
  };
}

function weighted(type: string, shape: readonly number[], attributes: Parameters<typeof node>[3] = {}): Make {
  return (input, output) => {
    const [w, b] = [`${output}.w`, `${output}.b`];
    const inputs = type === 'MatMul' ? [input, w] : [input, w, b];
    return {
      nodes: [node(type, inputs, [output], attributes)],
      constants: { [w]: weights(shape, -0.5, 0.5), ...(type !== 'MatMul' && { [b]: weights([4]) }) },
    };
  };
}

const normalization: Make = (input, output) => {
  const ranges: readonly (readonly [string, number, number])[] = [
    ['scale', 0.5, 1.5],
    ['shift', -1, 1],
    ['mean', -1, 1],
    ['variance', 0.5, 2],
  ];
  const constants = Object.fromEntries(
    ranges.map(([name, lo, hi]) => [`${output}.${name}`, weights([4], lo, hi)]),
  );
  return { nodes: [node('BatchNormalization', [input, ...Object.keys(constants)], [output])], constants };
};

const plain =
  (type: string, attributes: Parameters<typeof node>[3] = {}): Make =>
  (input, output) => ({
    nodes: [node(type, [input], [output], attributes)],
  });

const throughDouble: Make = (input, output) => ({
  nodes: [
    node('Cast', [input], [`${output}.wide`], { to: 11 }),
    node('Cast', [`${output}.wide`], [output], { to: 1 }),
  ],
});

const general: readonly Make[] = [
  normalization,
  plain('Relu'),
  plain('Identity'),
  plain('Dropout'),
  throughDouble,
  beside('Mul', floats(0.5)),
];

const pictures: readonly Make[] = [
  ...general,
  weighted('Conv', [4, 4, 3, 3], { pads: [1, 1, 1, 1] }),
  weighted('Conv', [4, 2, 1, 1], { group: 2 }),
  weighted('Conv', [4, 1, 3, 3], { group: 4, auto_pad: 'SAME_LOWER' }),
  weighted('ConvTranspose', [4, 2, 1, 1], { group: 2 }),
  beside('Add', weights([4, 1, 1])),
  beside('Mul', weights([1, 4, 1, 1], 0.5, 1.5), true),
  beside('Sub', weights([4, 1, 1]), true),
  beside('Pad', integers(0, 0, 1, 1, 0, 0, 1, 1)),
  plain('MaxPool', { kernel_shape: [3, 3], strides: [1, 1], ceil_mode: 1 }),
  plain('AveragePool', { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] }),
];

const rows: readonly Make[] = [
  ...general,
  weighted('Gemm', [4, 4], { transB: 1 }),
  weighted('Gemm', [4, 4], { beta: { float: 0.5 } }),
  weighted('MatMul', [4, 4]),
  beside('Add', weights([4])),
  beside('Div', weights([1, 4], 0.5, 1.5)),
];

interface Drawn {
  readonly make: Make;
  /** Which of the values so far it reads, counted from the last. */
  readonly back: number;
  readonly isOutput: boolean;
}

function parts(input: readonly number[], drawn: readonly Drawn[]): GraphParts {
  const names = ['x'];
  const steps = drawn.map(({ make, back }, i) => {
    const source = names.at(-1 - Math.min(back, names.length - 1)) ?? 'x';
    names.push(`v${i}`);
    return make(source, `v${i}`);
  });
  return {
    inputs: { x: input },
    constants: Object.assign({}, ...steps.map(({ constants }) => constants)),
    nodes: steps.flatMap(({ nodes }) => nodes),
    outputs: drawn.flatMap(({ isOutput }, i) => (isOutput || i === drawn.length - 1 ? [`v${i}`] : [])),
  };
}

test.each([
  ['pictures', [2, 4, 9, 8], pictures],
  ['rows', [3, 4], rows],
] as const)('random graphs over %s', async (_, input, makes) => {
  const step = fc.record({
    make: fc.constantFrom(...makes),
    back: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(4)),
    isOutput: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.boolean()),
  });
  let removed = 0;
  const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (drawn) => {
    const model = modelOf(parts(input, drawn));
    const { normalized, difference } = await compared(model);
    removed += model.graph.nodes.length - normalized.graph.nodes.length;
    expect(difference).toBeLessThanOrEqual(1e-5);
  });
  await fc.assert(property, { numRuns: 150, seed: 31 });
  expect(removed).toBeGreaterThan(100);
});
