import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Graph, Model, Op, OpId, Quant, Tensor, TensorData, TensorId } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import { createInt8Executor } from './executor.ts';
import { createReferenceKernels } from './reference/index.ts';

const id = (position: number) => position as TensorId;
const ids = (...positions: number[]) => positions.map(id);

function quant(scale: number, zeroPoint = 0): Quant {
  return { scale: Float32Array.of(scale), zeroPoint: Int32Array.of(zeroPoint), axis: 0 };
}
function activation(name: string, shape: readonly number[], parameters: Quant = quant(0.1)): Tensor {
  return { name, shape, dtype: 'int8', quant: parameters };
}
function weights(name: string, shape: readonly number[], values: readonly number[]): Tensor {
  return {
    name,
    shape,
    dtype: 'int8',
    data: new Uint8Array(Int8Array.from(values).buffer),
    quant: quant(0.5),
  };
}
function integers(name: string, values: readonly number[], dtype: 'int32' | 'int8' = 'int32'): Tensor {
  const data = dtype === 'int32' ? Int32Array.from(values) : Int8Array.from(values);
  return { name, shape: [values.length], dtype, data: new Uint8Array(data.buffer) };
}
function modelOf(graph: Omit<Graph, 'name'>): Model {
  return { description: '', graphs: [{ name: 'main', ...graph }], signatures: [], metadata: [] };
}
const conv = {
  padding: 'SAME',
  strideH: 1,
  strideW: 1,
  dilationH: 1,
  dilationW: 1,
  activation: 'NONE',
} as const;

/** x [1,2,2,1] → 1×1 convolution by 2 · 0.5 plus 0 → reshape to [4], all with scale 0.1. */
const tensors: readonly Tensor[] = [
  activation('x', [1, 2, 2, 1]),
  weights('w', [1, 1, 1, 1], [2]),
  integers('b', [0]),
  activation('y', [1, 2, 2, 1]),
  activation('flat', [4]),
];
const convolve: Op = { kind: 'CONV_2D', options: conv, inputs: ids(0, 1, 2), outputs: ids(3), version: 3 };
const reshape: Op = {
  kind: 'RESHAPE',
  options: { newShape: [4] },
  inputs: ids(3),
  outputs: ids(4),
  version: 1,
};
const graph = { tensors, ops: [convolve, reshape], inputs: ids(0), outputs: ids(4) };

function withTensor(position: number, change: Partial<Tensor>): Model {
  return modelOf({
    ...graph,
    tensors: tensors.map((tensor, k) => (k === position ? { ...tensor, ...change } : tensor)),
  });
}
/** Takes the rows of x that `b` names. */
const gather: Op = {
  kind: 'GATHER',
  options: { axis: 1, batchDims: 0 },
  inputs: ids(0, 2),
  outputs: ids(3),
  version: 1,
};
function withOp(op: Op): Model {
  return modelOf({ ...graph, ops: [op, reshape] });
}
const value = (shape: readonly number[], data: readonly number[]): TensorData => ({
  shape,
  dtype: 'int8',
  data: Int8Array.from(data),
});
const arithmetic = 'tflm';

test('runs op after op and gives outputs that the next run does not overwrite', async () => {
  const executor = createInt8Executor(modelOf(graph), { arithmetic });
  const [first] = await executor.execute([value([1, 2, 2, 1], [1, -2, 3, 127])]);
  await executor.execute([value([1, 2, 2, 1], [0, 0, 0, 0])]);
  expect(first).toEqual(value([4], [1, -2, 3, 127]));
});

test('shows tapped tensors in execution order', async () => {
  const seen = async (taps: readonly TensorId[] | 'all') => {
    const order: number[] = [];
    const executor = createInt8Executor(modelOf(graph), { arithmetic, taps });
    await executor.execute([value([1, 2, 2, 1], [1, 2, 3, 4])], (tensor) => order.push(tensor));
    return order;
  };
  expect(await seen('all')).toEqual([0, 3, 4]);
  expect(await seen(ids(4, 0))).toEqual([0, 4]);
  expect(await seen([])).toEqual([]);
});

test('runs one op alone on given activations', () => {
  const executor = createInt8Executor(modelOf(graph), { arithmetic });
  expect(executor.runOp(0 as OpId, [value([1, 2, 2, 1], [5, 6, 7, 8])])).toEqual([
    value([1, 2, 2, 1], [5, 6, 7, 8]),
  ]);
});

describe('a run from the middle', () => {
  const executor = createInt8Executor(modelOf(graph), { arithmetic, taps: 'all' });

  test('computes and shows only what comes after the given tensor', async () => {
    const seen: number[] = [];
    const given = new Map([[id(3), value([1, 2, 2, 1], [4, 3, 2, 1])]]);
    const outputs = await executor.executeFrom(given, { watch: (tensor) => seen.push(tensor) });
    expect(outputs).toEqual([value([4], [4, 3, 2, 1])]);
    expect(seen).toEqual([3, 4]);
  });

  test('a given output is the result', async () => {
    const result = value([4], [9, 8, 7, 6]);
    expect(await executor.executeFrom(new Map([[id(4), result]]))).toEqual([result]);
  });

  test.each<[string, number, TensorData, RegExp]>([
    ['a constant', 2, { shape: [1], dtype: 'int32', data: Int32Array.of(0) }, /cannot begin with tensor 2/],
    ['another shape', 3, value([4], [1, 2, 3, 4]), /takes int8 \[1,2,2,1\]/],
  ])('refuses %s', async (_, tensor, given, message) => {
    const run = executor.executeFrom(new Map([[id(tensor), given]]));
    await expect(run).rejects.toThrow(message);
    await expect(run).rejects.toMatchObject({ code: 'model/inputs' });
  });

  test('says what is missing', async () => {
    await expect(executor.executeFrom(new Map())).rejects.toMatchObject({
      code: 'model/inputs',
      message: 'The run also needs a value of tensor 0 (x).',
    });
  });
});

describe('a run that takes long', () => {
  afterEach(() => void vi.restoreAllMocks());

  /** A chain of eight reshapes, each of which takes `milliseconds` of a clock that stands still otherwise. */
  function chain(milliseconds: number) {
    let [clock, ran] = [0, 0];
    vi.spyOn(Date, 'now').mockImplementation(() => clock);
    const kernels = () => {
      const plain = createReferenceKernels();
      const join: typeof plain.join = (params, input, output) => {
        const step = plain.join(params, input, output);
        return () => {
          step();
          clock += milliseconds;
          ran++;
        };
      };
      return { ...plain, join };
    };
    const ops = Array.from(
      { length: 8 },
      (_, k): Op => ({ ...reshape, inputs: ids(k), outputs: ids(k + 1) }),
    );
    const flat = Array.from({ length: 9 }, (_, k) => activation(`t${k}`, [4]));
    const model = modelOf({ tensors: flat, ops, inputs: ids(0), outputs: ids(8) });
    return { executor: createInt8Executor(model, { arithmetic, kernels }), ran: () => ran };
  }
  const input = value([4], [1, 2, 3, 4]);

  test('ends within one op once it is cancelled, and the executor runs again', async () => {
    const { executor, ran } = chain(60);
    let asked = 0;
    const checkpoint = async (): Promise<void> => {
      await Promise.resolve();
      if (++asked === 3) throw new Problem('compute/cancelled', 'The work was cancelled.');
    };
    const run = executor.execute([input], undefined, { checkpoint });
    await expect(run).rejects.toMatchObject({ code: 'compute/cancelled' });
    expect(ran()).toBe(3);
    expect(await executor.execute([input])).toEqual([input]);
  });

  test('asks about every 50 ms, and not at all in a short run', async () => {
    const count = async (milliseconds: number): Promise<number> => {
      const checkpoint = vi.fn(async () => {});
      await chain(milliseconds).executor.execute([input], undefined, { checkpoint });
      return checkpoint.mock.calls.length;
    };
    expect(await count(6)).toBe(0);
    expect(await count(20)).toBe(2);
    expect(await count(100)).toBe(8);
  });

  test('refuses another run while it waits', async () => {
    const { executor } = chain(60);
    const problems: unknown[] = [];
    const checkpoint = async (): Promise<void> => {
      await executor.execute([value([4], [0, 0, 0, 0])]).catch((problem) => problems.push(problem));
      expect(() => executor.runOp(0 as OpId, [input])).toThrow(/middle of a run/);
    };
    expect(await executor.execute([input], undefined, { checkpoint })).toEqual([input]);
    expect(problems).toHaveLength(8);
  });
});

describe('refuses inputs that do not fit', () => {
  const executor = createInt8Executor(modelOf(graph), { arithmetic });
  test.each([
    ['nothing', []],
    ['another shape', [value([2, 2], [1, 2, 3, 4])]],
    ['another type', [{ shape: [1, 2, 2, 1], dtype: 'uint8', data: Uint8Array.of(1, 2, 3, 4) } as const]],
    ['too few elements', [value([1, 2, 2, 1], [1, 2])]],
  ])('%s', async (_, inputs) => {
    await expect(executor.execute(inputs)).rejects.toMatchObject({ code: 'model/inputs' });
  });
});

describe('refuses models that contradict themselves', () => {
  test.each<[string, Model, RegExp]>([
    [
      'a missing scale',
      modelOf({ ...graph, tensors: tensors.map(({ quant: _, ...tensor }) => tensor) }),
      /has no scale/,
    ],
    ['a scale of 0', withTensor(3, { quant: quant(0) }), /scale 0 of "y"/],
    ['a scale of NaN', withTensor(3, { quant: quant(Number.NaN) }), /scale of NaN/],
    ['a subnormal scale', withTensor(3, { quant: quant(1e-40) }), /not a positive normal number/],
    ['a tensor that does not exist', withOp({ ...convolve, inputs: ids(0, 1, 9) }), /refers to tensor 9/],
    [
      'a constant index out of range',
      modelOf({
        ...graph,
        ops: [gather],
        outputs: ids(3),
        tensors: tensors.map((tensor, k) => (k === 2 ? integers('b', [1, 2]) : tensor)),
      }),
      /index 2 of "b" is outside of 2 elements/,
    ],
    ['a cycle', withOp({ ...convolve, inputs: ids(4, 1, 2) }), /tensor 4, which nothing has made/],
    ['weights with a zero point', withTensor(1, { quant: quant(0.5, 3) }), /zero point that is not 0/],
    ['a missing bias', withOp({ ...convolve, inputs: ids(0, 1, -1) }), /needs a bias/],
    ['a bias of the wrong type', withTensor(2, integers('b', [0], 'int8')), /not int32/],
    ['a bias of the wrong length', withTensor(2, integers('b', [0, 1])), /does not hold 1 elements/],
    ['an output of another size', withTensor(3, { shape: [1, 1, 2, 1] }), /where it makes \[1,2,2,1\]/],
    ['a stride of 0', withOp({ ...convolve, options: { ...conv, strideH: 0 } }), /must be 1 or more/],
    ['a move between two scales', withTensor(4, { quant: quant(0.2) }), /same scale and zero point/],
    ['scales too far apart', withTensor(3, { quant: quant(1e-30) }), /too far apart/],
    ['a zero point outside of its type', withTensor(0, { quant: quant(0.1, 300) }), /zero point 300/],
    ['an op that reads what a later op makes', modelOf({ ...graph, ops: [reshape, convolve] }), /tensor 3/],
  ])('%s', (_, model, message) => {
    expect(() => createInt8Executor(model, { arithmetic })).toThrow(message);
    expect(() => createInt8Executor(model, { arithmetic })).toThrow(Problem);
  });
});

test('memory is counted as it is taken: one byte an int8', () => {
  const shape = [1, 512, 512, 64];
  const chain = Array.from({ length: 9 }, (_, k) => activation(`t${k}`, shape));
  const ops = Array.from(
    { length: 8 },
    (_, k): Op => ({ kind: 'RELU', options: {}, inputs: ids(k), outputs: ids(k + 1), version: 2 }),
  );
  const of = (sized: readonly Tensor[]) =>
    createInt8Executor(modelOf({ tensors: sized, ops, inputs: ids(0), outputs: ids(8) }), { arithmetic });
  expect(() => of(chain)).not.toThrow();
  expect(() => of(chain.map((tensor) => ({ ...tensor, shape: [8, ...shape.slice(1)] })))).toThrow(
    expect.objectContaining({ code: 'compute/out-of-memory' }),
  );
});

test('names every op that has no kernel, and where', () => {
  const unknown = (name: string, input: number, output: number): Op => ({
    kind: 'OPAQUE',
    name,
    options: {},
    inputs: ids(input),
    outputs: ids(output),
    version: 1,
  });
  const model = modelOf({ ...graph, ops: [unknown('CUSTOM:a', 0, 3), unknown('LSTM', 3, 4)] });
  expect(() => createInt8Executor(model, { arithmetic })).toThrow(
    expect.objectContaining({
      code: 'model/unsupported-op',
      message: 'No kernel for CUSTOM:a, LSTM.',
      details: {
        ops: [
          { op: 'CUSTOM:a', position: 0 },
          { op: 'LSTM', position: 1 },
        ],
      },
    }),
  );
});

test('refuses versions that nobody has defined, and uint8 beside int8', () => {
  const form = (model: Model) => () => createInt8Executor(model, { arithmetic });
  expect(form(withOp({ ...convolve, version: 99 }))).toThrow('No kernel for CONV_2D in version 99.');
  expect(form(withTensor(0, { dtype: 'uint8' }))).toThrow(
    'No kernel for CONV_2D on uint8 and int8 together.',
  );
});

test('an index that only the run knows stops the run, not the page', async () => {
  const indices: Tensor = { name: 'b', shape: [2], dtype: 'int32' };
  const model = modelOf({
    ...graph,
    ops: [gather],
    inputs: ids(0, 2),
    outputs: ids(3),
    tensors: tensors.map((tensor, k) => (k === 2 ? indices : tensor)),
  });
  const executor = createInt8Executor(model, { arithmetic });
  const rows = (...positions: number[]): TensorData => ({
    shape: [2],
    dtype: 'int32',
    data: Int32Array.from(positions),
  });
  const image = value([1, 2, 2, 1], [1, 2, 3, 4]);
  expect((await executor.execute([image, rows(1, 0)]))[0]).toEqual(value([1, 2, 2, 1], [3, 4, 1, 2]));
  await expect(executor.execute([image, rows(0, -1)])).rejects.toMatchObject({ code: 'compute/runtime' });
});

test('uint8 enters and leaves as uint8, whatever a plan keeps', async () => {
  const unsigned: readonly Tensor[] = [
    { ...activation('x', [1, 2, 2, 1], quant(0.1, 3)), dtype: 'uint8' },
    { ...activation('flat', [4], quant(0.1, 3)), dtype: 'uint8' },
  ];
  const op: Op = { ...reshape, inputs: ids(0), outputs: ids(1) };
  const model = modelOf({ tensors: unsigned, ops: [op], inputs: ids(0), outputs: ids(1) });
  const image: TensorData = { shape: [1, 2, 2, 1], dtype: 'uint8', data: Uint8Array.of(0, 1, 128, 255) };
  const seen: TensorData[] = [];
  const executor = createInt8Executor(model, { arithmetic, taps: 'all' });
  const [flat] = await executor.execute([image], (_, tapped) => seen.push(tapped));
  expect(flat).toEqual({ ...image, shape: [4] });
  expect(seen).toEqual([image, flat]);
  expect(executor.runOp(0 as OpId, [image])).toEqual([flat]);
});

test('names every form without a kernel, op by op', () => {
  const doubles = tensors.map(
    ({ quant: _, ...tensor }): Tensor => (tensor.data ? tensor : { ...tensor, dtype: 'float64' }),
  );
  expect(() => createInt8Executor(modelOf({ ...graph, tensors: doubles }), { arithmetic })).toThrow(
    expect.objectContaining({
      code: 'model/unsupported-op',
      message: 'No kernel for CONV_2D on float64.',
    }),
  );
});
