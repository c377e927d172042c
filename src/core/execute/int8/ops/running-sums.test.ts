import { expect, test } from 'vitest';
import type { Model, Op, Tensor, TensorData, TensorId } from '../../../model/types.ts';
import { createInt8Executor } from '../executor.ts';

const ids = (...positions: number[]) => positions as unknown as TensorId[];

function tensor(
  name: string,
  shape: readonly number[],
  [scale, zeroPoint]: readonly [number, number],
): Tensor {
  const quant = { scale: Float32Array.of(scale), zeroPoint: Int32Array.of(zeroPoint), axis: 0 };
  return { name, shape, dtype: 'int8', quant };
}

/** One op on inputs of `shape`, with an axis for CUMSUM as its last tensor. */
async function answer(
  op: Pick<Op, 'kind' | 'options'>,
  inputs: readonly (readonly number[])[],
  { shape, input, output, axis }: Setting,
): Promise<readonly number[]> {
  const given = inputs.map((_, k) => tensor(`x${k}`, shape, input));
  const axisTensor: Tensor = {
    name: 'axis',
    shape: [1],
    dtype: 'int32',
    data: new Uint8Array(Int32Array.of(axis ?? 0).buffer),
  };
  const count = inputs.length;
  const places = [...Array(count).keys(), ...(axis === undefined ? [] : [count + 1])];
  const graph = {
    name: 'main',
    tensors: [...given, tensor('y', shape, output), axisTensor],
    ops: [{ ...op, inputs: ids(...places), outputs: ids(count), version: 1 } as Op],
    inputs: ids(...Array(count).keys()),
    outputs: ids(count),
  };
  const model: Model = { description: '', graphs: [graph], signatures: [], metadata: [] };
  const values = inputs.map((data): TensorData => ({ shape, dtype: 'int8', data: Int8Array.from(data) }));
  const [result] = await createInt8Executor(model, { arithmetic: 'tflm' }).execute(values);
  return Array.from(result?.data as Int8Array);
}

interface Setting {
  readonly shape: readonly number[];
  readonly input: readonly [scale: number, zeroPoint: number];
  readonly output: readonly [scale: number, zeroPoint: number];
  readonly axis?: number;
}

const rows = [1, 2, 3, 4, 5, 6, 7, 8];
/** Steps of 1 in, steps of 0.5 out. */
const symmetric: Setting = { shape: [2, 4], input: [1, 0], output: [0.5, 0] };

test.each([
  ['along rows', false, false, 1, [1, 3, 6, 10, 5, 11, 18, 26]],
  ['along columns', false, false, 0, [1, 2, 3, 4, 6, 8, 10, 12]],
  ['from the end', false, true, 1, [10, 9, 7, 4, 26, 21, 15, 8]],
  ['without the own element', true, false, 1, [0, 1, 3, 6, 0, 5, 11, 18]],
  ['both', true, true, -1, [9, 7, 4, 0, 21, 15, 8, 0]],
])('CUMSUM %s', async (_, exclusive, reverse, axis, sums) => {
  const op = { kind: 'CUMSUM', options: { exclusive, reverse } } as const;
  expect(await answer(op, [rows], { ...symmetric, axis })).toEqual(sums.map((sum) => 2 * sum));
});

test('ADD_N adds in the inputs’ scale, rounds once and clamps', async () => {
  const op = { kind: 'ADD_N', options: {} } as const;
  const setting: Setting = { shape: [4], input: [1, 0], output: [2, -3] };
  const inputs = [
    [1, 100, -100, 1],
    [2, 100, -100, 0],
    [4, 100, -100, 0],
  ];
  expect(await answer(op, inputs, setting)).toEqual([1, 127, -128, -2]);
});

test('with a zero point, a sum starts with what the stored 0 stands for, as on the device', async () => {
  const setting: Setting = { shape: [2], input: [1, 10], output: [1, 10] };
  // Real values 1 and 2, and 3 and 4: sums 3 and 7, less 10.
  expect(
    await answer(
      { kind: 'ADD_N', options: {} },
      [
        [11, 13],
        [12, 14],
      ],
      setting,
    ),
  ).toEqual([3, 7]);
  const cumsum = { kind: 'CUMSUM', options: { exclusive: false, reverse: false } } as const;
  expect(await answer(cumsum, [[11, 13]], { ...setting, axis: 0 })).toEqual([1, 4]);
});

test('ZEROS_LIKE stores 0, whatever the zero point', async () => {
  const setting: Setting = { shape: [2], input: [1, 10], output: [1, 10] };
  expect(await answer({ kind: 'ZEROS_LIKE', options: {} }, [[1, 2]], setting)).toEqual([0, 0]);
});
