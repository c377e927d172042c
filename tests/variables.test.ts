import { describe, expect, test } from 'vitest';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { mainGraph } from '../src/core/model/graph.ts';
import type { Model, OpId, TensorId } from '../src/core/model/types.ts';
import { prepare } from '../src/core/prepare/prepare.ts';
import { Problem } from '../src/core/problem.ts';
import { dequantize } from '../src/core/quantize/dequantize.ts';
import { quantize } from '../src/core/quantize/quantize.ts';
import { recipeFor } from '../src/core/quantize/recipe.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { activation, constant, floats, modelOf, type OpSketch } from './support/models.ts';
import {
  add,
  assign,
  callOnce,
  handle,
  initializer,
  one,
  read,
  summing,
  sums,
  varHandle,
  withGraphs,
} from './support/variable-graphs.ts';

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
