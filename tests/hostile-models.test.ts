import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createInt8Executor, type Int8Executor } from '../src/core/execute/int8/executor.ts';
import { createReferenceKernels } from '../src/core/execute/int8/reference/index.ts';
import { allocate, bytesOf, elementCount } from '../src/core/model/data.ts';
import { mainGraph, tensorAt, withMainGraph } from '../src/core/model/graph.ts';
import type { Graph, Model, Op, Sample, Tensor, TensorData, TensorId } from '../src/core/model/types.ts';
import { Problem } from '../src/core/problem.ts';
import { guardedKernels } from './support/guarded-kernels.ts';
import { type KernelForm, readKernelForms } from './support/kernel-forms.ts';

const forms = [...readKernelForms('kernels'), ...readKernelForms('mixed-kernels')];

/** What may go wrong with a model that contradicts itself, and with values that an op refuses. */
const whilePlanning = [
  'model/invalid',
  'model/unsupported-op',
  'model/dynamic-shape',
  'compute/out-of-memory',
];
const whileRunning = ['compute/runtime'];

function codeOf(error: unknown): string {
  if (!(error instanceof Problem)) throw error;
  return error.code;
}

/** Every bit pattern is a value: indices out of range, NaN, both ends of every type. */
function noise(model: Model, seed: number): Sample {
  let state = seed;
  const graph = mainGraph(model);
  return graph.inputs.map((id): TensorData => {
    const { shape, dtype } = tensorAt(graph, id);
    const data = allocate(dtype, elementCount(shape));
    const bytes = bytesOf(data);
    for (let i = 0; i < bytes.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      bytes[i] = dtype === 'bool' ? state >>> 31 : state >>> 24;
    }
    return { shape, dtype, data };
  });
}

function guardedExecutor(model: Model): Int8Executor {
  const kernels = () => guardedKernels(createReferenceKernels());
  return createInt8Executor(model, { arithmetic: 'litert-reference', kernels });
}

test('no input value makes a kernel read or write outside of its tensors', async () => {
  const refused = new Set<string>();
  for (const { name, model } of forms) {
    const executor = guardedExecutor(model);
    for (const seed of [1, 2]) {
      try {
        await executor.execute(noise(model, seed));
      } catch (error) {
        expect(whileRunning).toContain(codeOf(error));
        refused.add(name.replace(/^[^_]*_/, ''));
      }
    }
  }
  // Ops that look at indices, at divisors and at signs refuse some values; no other does.
  for (const name of refused) expect(name).toMatch(/^(gather|embedding|scatter|slice_runtime|div|r?sqrt)/);
  expect(refused.size).toBeGreaterThan(5);
});

/** A change to one tensor or to the op. */
type Damage = (graph: Graph) => Graph;

function withTensor(position: number, change: (tensor: Tensor) => Partial<Tensor>): Damage {
  return (graph) => ({
    ...graph,
    tensors: graph.tensors.map((tensor, k) =>
      k === position % graph.tensors.length ? { ...tensor, ...change(tensor) } : tensor,
    ),
  });
}
function withoutQuant(position: number): Damage {
  return (graph) => ({
    ...graph,
    tensors: graph.tensors.map(({ quant, ...tensor }, k) =>
      quant === undefined || k === position % graph.tensors.length ? tensor : { ...tensor, quant },
    ),
  });
}
function withOp(change: (op: Op) => Op): Damage {
  return (graph) => ({ ...graph, ops: graph.ops.map(change) });
}

const position = fc.nat({ max: 7 });
const oddNumber = fc.oneof(
  fc.constantFrom(0, -1, 1, 2, 3, 7, 255, 65_536, 2 ** 31 - 1, -(2 ** 31), Number.NaN),
  fc.integer({ min: -9, max: 9 }),
);
const oddScale = fc.constantFrom(0, -1, 1e-45, 1e-30, 1e30, 3e38, Number.NaN, Number.POSITIVE_INFINITY, 1);

/** The elements of a constant, from `values` in turn. */
function refilled(tensor: Tensor, values: readonly number[]): Partial<Tensor> {
  if (tensor.data === undefined || (tensor.dtype !== 'int32' && tensor.dtype !== 'int64')) return {};
  const data = allocate(tensor.dtype, elementCount(tensor.shape));
  for (let i = 0; i < data.length; i++) {
    const value = values[i % values.length] ?? 0;
    const whole = Number.isNaN(value) ? 0 : value;
    data[i] = tensor.dtype === 'int64' ? BigInt(whole) : whole;
  }
  return { data: bytesOf(data) };
}

/** Replaces the numbers among an op's options. */
function withOption(op: Op, place: number, value: number): Op {
  const numeric = Object.entries(op.options).filter(([, option]) => typeof option === 'number');
  const [name] = numeric[place % Math.max(1, numeric.length)] ?? [];
  return name === undefined ? op : ({ ...op, options: { ...op.options, [name]: value } } as Op);
}

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc
    .tuple(position, fc.array(fc.nat({ max: 5 }), { maxLength: 5 }))
    .map(([at, shape]) => withTensor(at, () => ({ shape }))),
  fc.tuple(position, fc.nat({ max: 4 }), fc.nat({ max: 9 })).map(([at, d, count]) =>
    withTensor(at, ({ shape }) => ({
      shape: shape.map((size, k) => (k === d % shape.length ? count : size)),
    })),
  ),
  fc
    .tuple(position, fc.constantFrom('int8', 'uint8', 'int16', 'int32', 'int64', 'float32', 'bool', 'string'))
    .map(([at, dtype]) => withTensor(at, () => ({ dtype: dtype as Tensor['dtype'] }))),
  fc.tuple(position, oddScale, fc.integer({ min: -300, max: 300 })).map(([at, scale, zeroPoint]) =>
    withTensor(at, () => ({
      quant: { scale: Float32Array.of(scale), zeroPoint: Int32Array.of(zeroPoint), axis: 0 },
    })),
  ),
  position.map(withoutQuant),
  fc
    .tuple(position, fc.array(oddNumber, { minLength: 1, maxLength: 6 }))
    .map(([at, values]) => withTensor(at, (tensor) => refilled(tensor, values))),
  fc.tuple(position, oddNumber).map(([at, value]) => withOp((op) => withOption(op, at, value))),
  fc
    .tuple(
      position,
      fc.integer({ min: -1, max: 9 }).map((id) => id as TensorId),
    )
    .map(([at, id]) =>
      withOp(
        (op) =>
          ({ ...op, inputs: op.inputs.map((own, k) => (k === at % op.inputs.length ? id : own)) }) as Op,
      ),
    ),
  fc.nat({ max: 3 }).map((count) => withOp((op) => ({ ...op, inputs: op.inputs.slice(0, count) }))),
  fc.nat({ max: 2 }).map((count) => withOp((op) => ({ ...op, outputs: op.outputs.slice(0, count) }))),
);

/** A constant that no longer has its bytes is given as many as it needs, so that the kernels' checks are reached. */
function fitted(graph: Graph): Graph {
  const tensors = graph.tensors.map((tensor) => {
    if (tensor.data === undefined || tensor.dtype === 'string') return tensor;
    const expected = bytesOf(allocate(tensor.dtype, elementCount(tensor.shape))).length;
    const packed = tensor.dtype === 'int4' ? Math.ceil(expected / 2) : expected;
    if (packed === tensor.data.length) return tensor;
    return { ...tensor, data: Uint8Array.from({ length: packed }, (_, i) => tensor.data?.[i] ?? 1) };
  });
  return { ...graph, tensors };
}

async function endOf({ model }: KernelForm, damages: readonly Damage[], seed: number): Promise<string> {
  const graph = fitted(damages.reduce((damaged, one) => one(damaged), mainGraph(model)));
  const damaged = withMainGraph(model, graph);
  let executor: Int8Executor;
  try {
    executor = guardedExecutor(damaged);
  } catch (error) {
    const code = codeOf(error);
    expect(whilePlanning).toContain(code);
    return code;
  }
  try {
    await executor.execute(noise(damaged, seed));
    return 'runs';
  } catch (error) {
    expect(whileRunning).toContain(codeOf(error));
    return 'compute/runtime';
  }
}

test('a damaged model runs within its tensors or ends in a typed problem', async () => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...forms.map(({ name }) => name)),
      fc.array(damage, { minLength: 1, maxLength: 3 }),
      fc.integer(),
      async (name, damages, seed) => {
        const form = forms.find((one) => one.name === name) as KernelForm;
        const end = await endOf(form, damages, seed);
        ends.set(end, (ends.get(end) ?? 0) + 1);
      },
    ),
    { numRuns: Number(process.env.ZEROPOINT_FUZZ_RUNS ?? 3000) },
  );
  console.log([...ends].map(([end, count]) => `${end} ${count}`).join(', '));
  for (const end of ['runs', 'model/invalid', 'model/unsupported-op'])
    expect(ends.get(end)).toBeGreaterThan(0);
}, 60_000);
