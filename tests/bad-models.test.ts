import { expect, test } from 'vitest';
import { type Int8Plan, planInt8 } from '../src/core/execute/int8/plan.ts';
import { isPresent, mainGraph, opName, tensorAt, withMainGraph } from '../src/core/model/graph.ts';
import type { Graph, Model, Op, TensorId } from '../src/core/model/types.ts';
import { Problem } from '../src/core/problem.ts';
import { readKernelForms } from './support/kernel-forms.ts';

/** Every operator in every form of the golden data, spoilt in one place: what a plan makes of it. */
const forms = [...readKernelForms('kernels'), ...readKernelForms('mixed-kernels')];

interface Spoilt {
  /** Of the op, and what is wrong: what is listed where a plan takes it. */
  readonly name: string;
  readonly model: Model;
}

function end({ model }: Spoilt): string {
  let plan: Int8Plan;
  try {
    plan = planInt8(model, { arithmetic: 'tflm' });
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
  return `${plan.steps.length} steps`;
}

/** Everything that ends otherwise than in one of `codes`, each name once. */
function accepted(
  spoil: (graph: Graph, op: Op) => readonly (readonly [string, Graph])[],
  codes: readonly string[],
) {
  let count = 0;
  const names = new Set<string>();
  for (const { model } of forms) {
    const graph = mainGraph(model);
    const [op] = graph.ops;
    if (op === undefined) throw new Error('a form has one op');
    for (const [what, changed] of spoil(graph, op)) {
      count++;
      const spoilt = { name: `${opName(op)} ${what}`.trim(), model: withMainGraph(model, changed) };
      if (!codes.includes(end(spoilt))) names.add(spoilt.name);
    }
  }
  return { count, names: [...names].sort() };
}

function withTensor(graph: Graph, id: TensorId, change: Partial<Graph['tensors'][number]>): Graph {
  return {
    ...graph,
    tensors: graph.tensors.map((tensor, k) => (k === id ? { ...tensor, ...change } : tensor)),
  };
}
const withOp = (graph: Graph, op: Op): Graph => ({ ...graph, ops: [op] });
const refused = ['model/invalid', 'model/unsupported-op'];

/** Ops whose kernels never see a scale: they look at shapes, or copy rows as they are stored. */
const withoutScales = ['EMBEDDING_LOOKUP', 'RANK', 'SHAPE'];

test('scales of 0, NaN, infinity, below 0 and subnormal end in a problem, wherever an op uses them', () => {
  const { count, names } = accepted((graph, op) => {
    const ids = [...new Set([...op.inputs, ...op.outputs])].filter(isPresent);
    return ids.flatMap((id) => {
      const { quant, dtype } = tensorAt(graph, id);
      // A bias has the scale of its products, whatever it says; that of a dead channel may be subnormal.
      const unused = ['float32', 'int32', 'int64'].includes(dtype);
      if (quant === undefined || quant.scale.length === 0 || unused) return [];
      return [0, Number.NaN, Number.POSITIVE_INFINITY, -1, 1e-40].map((bad) => {
        const scale = quant.scale.map(() => bad);
        return ['', withTensor(graph, id, { quant: { ...quant, scale } })] as const;
      });
    });
  }, refused);
  expect(count).toBeGreaterThan(5000);
  expect(names).toEqual(withoutScales);
});

test('an unknown version of any op ends in a problem', () => {
  const { count, names } = accepted(
    (graph, op) => [['', withOp(graph, { ...op, version: 99 })]],
    ['model/unsupported-op'],
  );
  expect(count).toBe(forms.length);
  expect(names).toEqual([]);
});

test('indices of tensors that do not exist, and cycles, end in a problem', () => {
  const { count, names } = accepted(
    (graph, op) => {
      const [own] = op.outputs;
      const far = graph.tensors.length as TensorId;
      return op.inputs.flatMap((_, k) =>
        ([far, own] as const).map((id) => {
          const inputs = op.inputs.map((given, n) => (n === k ? (id as TensorId) : given));
          return [`input ${k}`, withOp(graph, { ...op, inputs })] as const;
        }),
      );
    },
    ['model/invalid'],
  );
  expect(count).toBeGreaterThan(1000);
  expect(names).toEqual([]);
});

test('outputs of another size than the op makes end in a problem', () => {
  const { names } = accepted(
    (graph, op) =>
      op.outputs.filter(isPresent).flatMap((id) => {
        const { shape } = tensorAt(graph, id);
        return shape.map((size, d) => {
          const other = shape.map((given, k) => (k === d ? size + 1 : given));
          return [`dimension ${d}`, withTensor(graph, id, { shape: other })] as const;
        });
      }),
    refused,
  );
  expect(names).toEqual([]);
});

/** Biases, but for those of int8 convolutions and of LSTMs' gates. */
const optional = [
  'CONV_2D without input 2',
  'DEPTHWISE_CONV_2D without input 2',
  'FULLY_CONNECTED without input 2',
  'LSTM without input 17',
  'SVDF without input 3',
  'TRANSPOSE_CONV without input 3',
  'UNIDIRECTIONAL_SEQUENCE_LSTM without input 17',
];

test('a missing input ends in a problem, unless the op can do without', () => {
  const { names } = accepted(
    (graph, op) =>
      op.inputs.flatMap((given, k) => {
        if (!isPresent(given)) return [];
        const inputs = op.inputs.map((id, n) => (n === k ? (-1 as TensorId) : id));
        return [[`without input ${k}`, withOp(graph, { ...op, inputs })] as const];
      }),
    refused,
  );
  expect(names).toEqual(optional);
});
