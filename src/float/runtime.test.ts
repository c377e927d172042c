import { expect, test } from 'vitest';
import { activation, constant, floats, modelOf, type OpSketch } from '../../tests/support/models.ts';
import { mainGraph, withMainGraph } from '../core/model/graph.ts';
import type { Model, Shape, Tensor, TensorId } from '../core/model/types.ts';
import { createFloatRuntime } from './runtime.ts';

const runtime = createFloatRuntime();

/** 0 · 1 → 2, clipped at 0; 2 + 1 → 3. */
function chain(shape: Shape, middle: Shape = shape) {
  const ops: readonly OpSketch[] = [
    { kind: 'MUL', inputs: [0, 1], outputs: [2], options: { activation: 'RELU' } },
    { kind: 'ADD', inputs: [2, 1], outputs: [3], options: { activation: 'NONE' } },
  ];
  return modelOf(
    [activation(shape), constant(floats([1], [2])), activation(middle), activation(shape)],
    ops,
    [[0], [3]],
  );
}

const all = [3, 0, 2] as TensorId[];

test('taps are seen in execution order, graph inputs first', async () => {
  const executor = await runtime.create(chain([3]), all);
  const seen: unknown[] = [];
  const outputs = await executor.execute([floats([3], [-1, 0, 1])], (id, { data }) =>
    seen.push([id, [...data]]),
  );
  expect(seen).toEqual([
    [0, [-1, 0, 1]],
    [2, [0, 0, 2]],
    [3, [2, 2, 4]],
  ]);
  expect(outputs).toEqual([floats([3], [2, 2, 4])]);
});

test('ranges from training are where values end, those of inputs too', async () => {
  const open = chain([4]);
  const graph = mainGraph(open);
  const executed = async (id: number, min: number, max: number) => {
    const seen: unknown[] = [];
    const tensors = graph.tensors.map((tensor, i) =>
      i === id ? { ...tensor, fakeQuant: { min, max, narrow: false } } : tensor,
    );
    const model = withMainGraph(open, { ...graph, tensors });
    const executor = await runtime.create(model, [2, 3] as TensorId[]);
    await executor.execute([floats([4], [-3, 0.125, 0.5, 3])], (_, { data }) => seen.push([...data]));
    return seen;
  };
  expect(await executed(0, -1, 0.75)).toEqual([
    [0, 0.25, 1, 1.5],
    [2, 2.25, 3, 3.5],
  ]);
  // Integers reach 0, whatever the range.
  expect(await executed(2, 0.5, 1.25)).toEqual([
    [0, 0.25, 1, 1.25],
    [2, 2.25, 3, 3.25],
  ]);
});

test('executions that overlap do not disturb each other', async () => {
  const [one, two] = await Promise.all([runtime.create(chain([1]), []), runtime.create(chain([1]), [])]);
  const results = await Promise.all(
    [1, 2, 3].flatMap((x) => [one, two].map((it) => it.execute([floats([1], [x])]))),
  );
  expect(results.flatMap(([result]) => [...(result?.data ?? [])])).toEqual([4, 4, 6, 6, 8, 8]);
});

test('what is watched does not change the bits', async () => {
  const shape = [1, 8, 8, 3];
  const ramp = (length: number) => Array.from({ length }, (_, i) => Math.sin(i * 12.9898) * 3);
  const tensors = [
    activation(shape),
    constant(floats([3, 3, 3, 3], ramp(81))),
    constant(floats([3], ramp(4).slice(1))),
    ...Array.from({ length: 4 }, () => activation(shape)),
  ];
  const convOptions = {
    padding: 'SAME',
    strideH: 1,
    strideW: 1,
    dilationH: 1,
    dilationW: 1,
    activation: 'NONE',
  } as const;
  const ops: readonly OpSketch[] = [
    { kind: 'CONV_2D', inputs: [0, 1, 2], outputs: [3], options: convOptions },
    { kind: 'MUL', inputs: [3, 2], outputs: [4], options: { activation: 'NONE' } },
    { kind: 'ADD', inputs: [4, 2], outputs: [5], options: { activation: 'NONE' } },
    { kind: 'ADD', inputs: [5, 0], outputs: [6], options: { activation: 'RELU' } },
  ];
  const model = modelOf(tensors, ops, [[0], [6]]);
  const sample = [floats(shape, ramp(192))];
  const [plain, tapped] = [
    await runtime.create(model, []),
    await runtime.create(model, [3, 4, 5] as TensorId[]),
  ];
  expect(await plain.execute(sample)).toEqual(await tapped.execute(sample));
});

test('inputs that do not fit are refused', async () => {
  const executor = await runtime.create(chain([3]), []);
  await expect(executor.execute([floats([2], [1, 2])])).rejects.toMatchObject({ code: 'model/inputs' });
  await expect(executor.execute([])).rejects.toMatchObject({ code: 'model/inputs' });
});

test('what the runtime refuses is a problem', async () => {
  const parts: readonly OpSketch[] = [
    { kind: 'ADD', inputs: [0, 1], outputs: [2], options: { activation: 'NONE' } },
  ];
  const model = modelOf([activation([2]), activation([3]), activation([3])], parts, [[0, 1], [2]]);
  await expect(runtime.create(model, [])).rejects.toMatchObject({ code: 'compute/runtime' });
});

test('what fails while running is a problem that names the op', async () => {
  const parts: readonly OpSketch[] = [
    { kind: 'GATHER', inputs: [0, 1], outputs: [2], options: { axis: 0, batchDims: 0 } },
  ];
  const index: Tensor = { name: 'index', shape: [1], dtype: 'int32' };
  const executor = await runtime.create(
    modelOf([activation([2]), index, activation([1])], parts, [[0, 1], [2]]),
    [],
  );
  const attempt = executor.execute([
    floats([2], [1, 2]),
    { shape: [1], dtype: 'int32', data: Int32Array.of(7) },
  ]);
  await expect(attempt).rejects.toMatchObject({
    code: 'compute/runtime',
    details: { op: 0, name: 'GATHER' },
  });
});

test('a shape in the file that contradicts the op is a problem', async () => {
  const attempt = runtime
    .create(chain([3], [4]), all)
    .then((executor) => executor.execute([floats([3], [1, 2, 3])]));
  await expect(attempt).rejects.toMatchObject({ code: 'compute/runtime' });
});

test('what cannot fit into memory is refused before it is tried', async () => {
  const attempt = runtime.create(chain([1, 20_000, 20_000, 1]), []);
  await expect(attempt).rejects.toMatchObject({ code: 'compute/out-of-memory', details: { op: 0 } });
});

test('ops that onnxruntime lacks run between those that it has', async () => {
  const ops: readonly OpSketch[] = [
    { kind: 'MUL', inputs: [0, 1], outputs: [2], options: { activation: 'NONE' } },
    { kind: 'ELU', inputs: [2], outputs: [3], options: {} },
    { kind: 'FLOOR', inputs: [3], outputs: [4], options: {} },
    { kind: 'ADD', inputs: [4, 2], outputs: [5], options: { activation: 'NONE' } },
  ];
  const tensors = [
    activation([3]),
    constant(floats([1], [2])),
    ...Array.from({ length: 4 }, () => activation([3])),
  ];
  const executor = await runtime.create(modelOf(tensors, ops, [[0], [5, 3]]), [4, 0, 5] as TensorId[]);
  const seen: unknown[] = [];
  const outputs = await executor.execute([floats([3], [-1, 0.75, 1])], (id, { data }) =>
    seen.push([id, [...data]]),
  );
  expect(seen).toEqual([
    [0, [-1, 0.75, 1]],
    [4, [-1, 1, 2]],
    [5, [-3, 2.5, 4]],
  ]);
  expect(outputs).toEqual([floats([3], [-3, 2.5, 4]), floats([3], [Math.expm1(-2), 1.5, 2])]);
});

test('an op in a form that onnxruntime lacks runs on our own kernels', async () => {
  const ops: readonly OpSketch[] = [
    { kind: 'GATHER', inputs: [0, 1], outputs: [2], options: { axis: 1, batchDims: 1 } },
    { kind: 'ADD', inputs: [2, 2], outputs: [3], options: { activation: 'NONE' } },
  ];
  const indices: Tensor = constant({ shape: [2, 1], dtype: 'int32', data: Int32Array.of(2, 0) });
  const tensors = [activation([2, 3]), indices, activation([2, 1]), activation([2, 1])];
  const executor = await runtime.create(modelOf(tensors, ops, [[0], [3]]), []);
  const [sum] = await executor.execute([floats([2, 3], [1, 2, 3, 4, 5, 6])]);
  expect(sum).toEqual(floats([2, 1], [6, 8]));
});

test('an op that nobody has is refused, named with its position', async () => {
  const model = chain([3]);
  const [graph] = model.graphs;
  const ops = (graph?.ops ?? []).map((op, k) =>
    k === 1 ? { ...op, kind: 'OPAQUE' as const, name: 'CUSTOM:Mystery', options: {} } : op,
  );
  const strange: Model = { ...model, graphs: graph === undefined ? [] : [{ ...graph, ops }] };
  await expect(runtime.create(strange, [])).rejects.toMatchObject({
    code: 'model/unsupported-op',
    message: 'The float runtime lacks CUSTOM:Mystery (op 1).',
  });
});

test('a run that our own kernels stop names the op by its position in the whole model', async () => {
  const ops: readonly OpSketch[] = [
    { kind: 'MUL', inputs: [0, 0], outputs: [2], options: { activation: 'NONE' } },
    { kind: 'FLOOR_DIV', inputs: [1, 1], outputs: [3], options: {} },
  ];
  const integer: Tensor = { name: 'integer', shape: [1], dtype: 'int32' };
  const model = modelOf([activation([1]), integer, activation([1]), integer], ops, [
    [0, 1],
    [2, 3],
  ]);
  const executor = await runtime.create(model, []);
  const zero = { shape: [1], dtype: 'int32', data: Int32Array.of(0) } as const;
  await expect(executor.execute([floats([1], [1]), zero])).rejects.toMatchObject({
    code: 'compute/runtime',
    message: expect.stringMatching(/^Op 1 \(FLOOR_DIV\)/),
  });
});
