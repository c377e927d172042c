import { describe, expect, test } from 'vitest';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { mainGraph, tensorAt } from '../src/core/model/graph.ts';
import type { Graph, Model, OpId, Sample, Tensor, TensorId } from '../src/core/model/types.ts';
import { prepare } from '../src/core/prepare/prepare.ts';
import { Problem } from '../src/core/problem.ts';
import { dequantize } from '../src/core/quantize/dequantize.ts';
import { quantize } from '../src/core/quantize/quantize.ts';
import { parseRecipe, recipeFor } from '../src/core/quantize/recipe.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { activation, constant, floats, modelOf, type OpSketch } from './support/models.ts';

const handle: Tensor = { name: 'handle', shape: [], dtype: 'resource' };
const varHandle = (output: number, sharedName = 'v', container?: string): OpSketch => ({
  kind: 'VAR_HANDLE',
  inputs: [],
  outputs: [output],
  options: { sharedName, ...(container !== undefined && { container }) },
});
const read = (from: number, output: number): OpSketch => ({
  kind: 'READ_VARIABLE',
  inputs: [from],
  outputs: [output],
  options: {},
});
const assign = (to: number, value: number): OpSketch => ({
  kind: 'ASSIGN_VARIABLE',
  inputs: [to, value],
  outputs: [],
  options: {},
});
const callOnce = (initGraph: number): OpSketch => ({
  kind: 'CALL_ONCE',
  inputs: [],
  outputs: [],
  options: { initGraph },
});
const add = (a: number, b: number, output: number): OpSketch => ({
  kind: 'ADD',
  inputs: [a, b],
  outputs: [output],
  options: { activation: 'NONE' },
});

/** A graph that assigns `values` to the variable. */
function initializer(values: readonly number[], sharedName = 'v'): Graph {
  const tensors = [handle, constant(floats([values.length], values))];
  return mainGraph(modelOf(tensors, [varHandle(0, sharedName), assign(0, 1)], [[], []]));
}

function withGraphs(model: Model, ...graphs: readonly Graph[]): Model {
  return { ...model, graphs: [...model.graphs, ...graphs] };
}

/** v ← v + input, for two elements; the output is what v has become. */
const summing = modelOf(
  [activation([2]), handle, activation([2]), activation([2]), handle, activation([2])],
  [callOnce(1), varHandle(1), read(1, 2), add(2, 0, 3), assign(1, 3), varHandle(4), read(4, 5)],
  [[0], [5]],
);
const sums = withGraphs(summing, initializer([10, 20]));
const one: Sample = [floats([2], [1, 2])];

function problemOf(model: Model): unknown {
  try {
    createInt8Executor(model, { arithmetic: 'tflm' });
  } catch (error) {
    return error instanceof Problem ? `${error.code}: ${error.message}` : error;
  }
  return 'planned';
}

test('handles of one name share a value, which goes on where it is kept and begins anew where it is not', async () => {
  const kept = createInt8Executor(sums, { arithmetic: 'tflm', state: 'kept' });
  const fresh = createInt8Executor(sums, { arithmetic: 'tflm' });
  expect(await kept.execute(one)).toEqual([floats([2], [11, 22])]);
  expect(await kept.execute(one)).toEqual([floats([2], [12, 24])]);
  for (let run = 0; run < 2; run++) expect(await fresh.execute(one)).toEqual([floats([2], [11, 22])]);
});

test('containers keep variables of one name apart', async () => {
  const model = modelOf(
    [activation([1]), handle, handle, activation([1])],
    [varHandle(1, 'v', 'a'), varHandle(2, 'v', 'b'), assign(1, 0), read(2, 3)],
    [[0], [3]],
  );
  expect(problemOf(model)).toContain('reads the variable “v” before it has a value');
});

test('watchers see what is read, and no handle', async () => {
  const executor = createInt8Executor(sums, { arithmetic: 'tflm', taps: 'all' });
  const seen: number[] = [];
  await executor.execute(one, (id) => seen.push(id));
  expect(seen).toEqual([0, 2, 3, 5]);
});

test('one op runs by itself: a variable is what it begins as, whatever ran before', async () => {
  const executor = createInt8Executor(sums, { arithmetic: 'tflm' });
  await executor.execute(one);
  expect(executor.activationsOf(2 as OpId)).toEqual([]);
  expect(executor.activationsOf(4 as OpId)).toEqual([3]);
  expect(executor.runOp(2 as OpId, [])).toEqual([floats([2], [10, 20])]);
});

test('a graph that is called once may compute what it assigns', async () => {
  const computed = mainGraph(
    modelOf(
      [handle, constant(floats([2], [3, 4])), activation([2])],
      [varHandle(0), add(1, 1, 2), assign(0, 2)],
      [[], []],
    ),
  );
  const model = withGraphs(summing, computed);
  const executor = createInt8Executor(model, { arithmetic: 'tflm' });
  expect(await executor.execute(one)).toEqual([floats([2], [7, 10])]);
  const ranges = new Map([0, 2, 3, 5].map((id) => [id as TensorId, { min: 0, max: 10 }]));
  const recipe = recipeFor('int8', { inputType: 'float32', outputType: 'float32' });
  const { model: int8 } = quantize(prepare(model).model, ranges, recipe);
  const [sum] = await createInt8Executor(int8, { arithmetic: 'tflm' }).execute(one);
  expect(sum?.data[0]).toBeCloseTo(7, 1);
  expect(sum?.data[1]).toBeCloseTo(10, 1);
  const [twin] = await createInt8Executor(dequantize(int8), { arithmetic: 'tflm' }).execute(one);
  expect(twin).toEqual(floats([2], [7, 10]));
});

test('the float reference hands a variable on between its pieces', async () => {
  const elu = (input: number, output: number): OpSketch => ({
    kind: 'ELU',
    inputs: [input],
    outputs: [output],
    options: {},
  });
  const tensors = [activation([2]), handle, ...Array.from({ length: 6 }, () => activation([2]))];
  const ops = [
    callOnce(1),
    varHandle(1),
    read(1, 2),
    add(2, 0, 3),
    elu(3, 4),
    assign(1, 4),
    read(1, 5),
    add(5, 3, 6),
    elu(6, 7),
  ];
  const model = withGraphs(modelOf(tensors, ops, [[0], [7, 5]]), initializer([-3, 0.5]));
  const taps = [2, 5, 6] as TensorId[];
  const seen = new Map<TensorId, readonly number[]>();
  const executor = await createFloatRuntime().create(model, taps);
  const outputs = await executor.execute(one, (id, { data }) => seen.set(id, Array.from(data, Number)));
  const own = createInt8Executor(model, { arithmetic: 'litert-reference' });
  expect(outputs).toEqual(await own.execute(one));
  expect(seen.get(2 as TensorId)).toEqual([-3, 0.5]);
  expect(seen.get(5 as TensorId)).toEqual([...(outputs[1]?.data ?? [])]);
  expect([...seen.keys()]).toEqual(taps);
});

describe('models that contradict themselves are refused before they run', () => {
  const plain = [activation([2]), handle, activation([2])] as const;
  const first = initializer([1, 2]);
  const cases: readonly (readonly [string, Model, string])[] = [
    [
      'read before it is assigned',
      modelOf(plain, [varHandle(1), read(1, 2), assign(1, 0)], [[0], [2]]),
      'Op 1 (READ_VARIABLE) reads the variable “v” before it has a value.',
    ],
    [
      'another variable is initialized',
      withGraphs(summing, initializer([1, 2], 'other')),
      'Op 2 (READ_VARIABLE) reads the variable “v” before it has a value.',
    ],
    [
      'two shapes under one name',
      modelOf(
        [activation([2]), handle, activation([3])],
        [varHandle(1), assign(1, 0), read(1, 2)],
        [[0], [2]],
      ),
      'Op 2 (READ_VARIABLE) takes the variable “v” for float32 [3]; op 1 has it as float32 [2].',
    ],
    [
      'two types under one name',
      modelOf(
        [activation([2]), handle, { ...activation([2]), dtype: 'int32' }],
        [varHandle(1), assign(1, 0), read(1, 2)],
        [[0], [2]],
      ),
      'Op 2 (READ_VARIABLE) takes the variable “v” for int32 [2]; op 1 has it as float32 [2].',
    ],
    [
      'it begins in another shape',
      withGraphs(summing, initializer([1, 2, 3])),
      'The variable “handle” is float32 [2], but begins as float32 [3].',
    ],
    ['a graph that is not there', summing, 'Op 0 (CALL_ONCE) calls graph 1 of 1, which is not there.'],
    [
      'itself',
      modelOf(plain, [callOnce(0), varHandle(1), assign(1, 0), read(1, 2)], [[0], [2]]),
      'Op 0 (CALL_ONCE) calls graph 0 of 1, which is itself.',
    ],
    [
      'a graph that calls another',
      withGraphs(summing, { ...first, ops: [...first.ops, ...mainGraph(summing).ops.slice(0, 1)] }),
      'Op 0 (CALL_ONCE) calls graph 1 of 2, which calls another one.',
    ],
    [
      'a graph that takes something',
      withGraphs(summing, {
        ...first,
        tensors: [...first.tensors, activation([1])],
        inputs: [2 as TensorId],
      }),
      'Op 0 (CALL_ONCE) calls graph 1 of 2, which has inputs or outputs.',
    ],
    [
      'too late',
      withGraphs(modelOf(plain, [varHandle(1), assign(1, 0), callOnce(1), read(1, 2)], [[0], [2]]), first),
      'Op 2 (CALL_ONCE) stands behind an op that uses a variable.',
    ],
    [
      'a handle that is none',
      modelOf([activation([2]), activation([2])], [read(0, 1)], [[0], [1]]),
      'Op 0 (READ_VARIABLE) lacks the handle of a variable.',
    ],
    [
      'no value',
      modelOf(plain, [varHandle(1), { ...assign(1, 0), inputs: [1] }, read(1, 2)], [[0], [2]]),
      'Op 1 (ASSIGN_VARIABLE) lacks a value.',
    ],
  ];
  test.each(cases)('%s', async (_, model, message) => {
    expect(problemOf(model)).toBe(`model/invalid: ${message}`);
    await expect(createFloatRuntime().create(model, [])).rejects.toMatchObject({
      code: 'model/invalid',
      message,
    });
  });
});

describe('quantizing', () => {
  const { model: float } = prepare(sums);
  const ranges = new Map(
    [
      [0, -1, 1],
      [2, -4, 8],
      [3, -5, 7],
      [5, -5, 7],
    ].map(([id, min, max]) => [id as TensorId, { min: min ?? 0, max: max ?? 0 }]),
  );
  const floatIo = { inputType: 'float32', outputType: 'float32' } as const;

  test('the range holds all that is read and assigned and the first value', () => {
    const { model } = quantize(float, ranges, recipeFor('int8', floatIo));
    const [main, once] = model.graphs as readonly [Graph, Graph];
    const scale = Float32Array.of(25 / 255);
    for (const id of [2, 3, 5])
      expect(tensorAt(main, id as TensorId)).toMatchObject({ dtype: 'int8', quant: { scale } });
    expect(once.tensors[1]).toMatchObject({ dtype: 'int8', quant: { scale } });
    // −5 is −128: 10 and 20 are 153 and 255 steps above.
    expect(Array.from(new Int8Array(once.tensors[1]?.data ?? []))).toEqual([25, 127]);
  });

  test('a variable of which one op stays in float is float as a whole', async () => {
    const recipe = parseRecipe({
      ...recipeFor('int8', floatIo),
      rules: [{ operator: 'ASSIGN_VARIABLE', scheme: 'float' }],
    });
    const { model, keptFloat } = quantize(float, ranges, recipe);
    expect(keptFloat.map(({ op, byRule }) => [op, byRule])).toEqual([
      [2, true],
      [4, true],
      [6, true],
    ]);
    expect(keptFloat[0]?.reason).toBe('another op of its variable “v” stays in float (op 4)');
    expect(model.graphs[1]?.tensors[1]).toMatchObject({ dtype: 'float32' });
    const executor = createInt8Executor(model, { arithmetic: 'tflm' });
    expect((await executor.execute(one))[0]?.data).toHaveLength(2);
  });

  test('the float twin of what came out computes with what the integers stand for', async () => {
    const { model } = quantize(float, ranges, recipeFor('int8', floatIo));
    const twin = dequantize(model);
    const [sum] = await createInt8Executor(twin, { arithmetic: 'tflm' }).execute(one);
    expect(sum?.data[0]).toBeCloseTo(11, 0);
    expect(sum?.data[1]).toBeCloseTo(22, 0);
    expect(twin.graphs.every(({ tensors }) => tensors.every(({ quant }) => quant === undefined))).toBe(true);
  });

  test('what fixed scales or other ranges give is requantized before it is assigned', () => {
    const ops: readonly OpSketch[] = [
      varHandle(1),
      { kind: 'TANH', inputs: [0], outputs: [2], options: {} },
      assign(1, 2),
      read(1, 3),
    ];
    const model = modelOf([activation([2]), handle, activation([2]), activation([2])], ops, [[0], [3]]);
    const given = new Map([0, 2, 3].map((id) => [id as TensorId, { min: -1, max: 1 }]));
    const { model: int8 } = quantize(prepare(model).model, given, recipeFor('int8'));
    const graph = mainGraph(int8);
    expect(graph.ops.map(({ kind }) => kind)).toEqual([
      'VAR_HANDLE',
      'TANH',
      'QUANTIZE',
      'ASSIGN_VARIABLE',
      'READ_VARIABLE',
    ]);
    const assigned = tensorAt(graph, graph.ops[3]?.inputs[1] as TensorId);
    expect(assigned.quant).toEqual(tensorAt(graph, 3 as TensorId).quant);
  });
});
