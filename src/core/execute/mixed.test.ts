import { expect, test } from 'vitest';
import type { Dtype, Model, Op, OpId, Quant, Shape, Tensor, TensorId } from '../model/types.ts';
import { createInt8Executor } from './int8/executor.ts';

const ids = (...positions: number[]) => positions as TensorId[];
const opId = (position: number) => position as OpId;
const plain = { version: 1, options: {} } as const;

function quant(scale: readonly number[], zeroPoint = 0): Quant {
  return { scale: Float32Array.from(scale), zeroPoint: Int32Array.from(scale, () => zeroPoint), axis: 0 };
}
function tensor(name: string, dtype: Dtype, shape: Shape, more: Partial<Tensor> = {}): Tensor {
  return { name, dtype, shape, ...more };
}
function bytes(data: Int8Array | Int32Array): Uint8Array {
  return new Uint8Array(data.buffer);
}
function modelOf(
  tensors: readonly Tensor[],
  ops: readonly Op[],
  [inputs, outputs]: readonly TensorId[][],
): Model {
  const graph = { name: 'main', tensors, ops, inputs: inputs ?? [], outputs: outputs ?? [] };
  return { description: '', graphs: [graph], signatures: [], metadata: [] };
}
const arithmetic = 'tflm';

test('an op left in float runs between DEQUANTIZE and QUANTIZE', async () => {
  const model = modelOf(
    [
      tensor('x', 'int8', [4], { quant: quant([0.5], 2) }),
      tensor('real', 'float32', [4]),
      tensor('elu', 'float32', [4]),
      tensor('y', 'int8', [4], { quant: quant([0.25], -1) }),
    ],
    [
      { ...plain, kind: 'DEQUANTIZE', inputs: ids(0), outputs: ids(1) },
      { ...plain, kind: 'ELU', inputs: ids(1), outputs: ids(2) },
      { ...plain, kind: 'QUANTIZE', inputs: ids(2), outputs: ids(3) },
    ],
    [ids(0), ids(3)],
  );
  const executor = createInt8Executor(model, { arithmetic });
  const [y] = await executor.execute([{ shape: [4], dtype: 'int8', data: Int8Array.of(2, 6, 0, -128) }]);
  // 0, 2, exp(−1) − 1 and exp(−65) − 1, in steps of 1/4.
  expect(y?.data).toEqual(Int8Array.of(-1, 7, -4, -5));
});

test('weights that are stored as integers and used as floats are widened once, per channel', async () => {
  const weights = { data: bytes(Int8Array.of(1, 2, 3, 4)), quant: quant([0.5, 2]) };
  const dense = { activation: 'NONE', keepNumDims: false, weightsFormat: 'DEFAULT' } as const;
  const model = modelOf(
    [
      tensor('x', 'float32', [1, 2]),
      tensor('stored', 'int8', [2, 2], weights),
      tensor('weights', 'float32', [2, 2]),
      tensor('y', 'float32', [1, 2]),
    ],
    [
      { ...plain, kind: 'DEQUANTIZE', inputs: ids(1), outputs: ids(2) },
      { kind: 'FULLY_CONNECTED', version: 1, options: dense, inputs: ids(0, 2), outputs: ids(3) },
    ],
    [ids(0), ids(3)],
  );
  const executor = createInt8Executor(model, { arithmetic });
  const x = { shape: [1, 2], dtype: 'float32', data: Float32Array.of(10, 1) } as const;
  const [y] = await executor.execute([x]);
  expect(y?.data).toEqual(Float32Array.of(6, 68));
  expect(executor.activationsOf(opId(1))).toEqual(ids(0));
  expect(executor.runOp(opId(1), [x])[0]?.data).toEqual(y?.data);
});

test('a shape that is computed is known while planning', async () => {
  const model = modelOf(
    [
      tensor('x', 'float32', [1, 3]),
      tensor('like', 'float32', [2, 3]),
      tensor('shape', 'int32', [2]),
      tensor('y', 'float32', [2, 3]),
    ],
    [
      { ...plain, kind: 'SHAPE', inputs: ids(1), outputs: ids(2) },
      { ...plain, kind: 'BROADCAST_TO', inputs: ids(0, 2), outputs: ids(3) },
    ],
    [ids(0, 1), ids(3)],
  );
  const executor = createInt8Executor(model, { arithmetic });
  const [y] = await executor.execute([
    { shape: [1, 3], dtype: 'float32', data: Float32Array.of(1, 2, 3) },
    { shape: [2, 3], dtype: 'float32', data: new Float32Array(6) },
  ]);
  expect(y?.data).toEqual(Float32Array.of(1, 2, 3, 1, 2, 3));
});

test('an integer division by zero stops the run with a problem', async () => {
  const model = modelOf(
    [tensor('x', 'int32', [1]), tensor('y', 'int32', [1]), tensor('z', 'int32', [1])],
    [{ ...plain, kind: 'FLOOR_DIV', inputs: ids(0, 1), outputs: ids(2) }],
    [ids(0, 1), ids(2)],
  );
  const executor = createInt8Executor(model, { arithmetic });
  const int = (value: number) => ({ shape: [1], dtype: 'int32', data: Int32Array.of(value) }) as const;
  expect((await executor.execute([int(-7), int(2)]))[0]?.data).toEqual(Int32Array.of(-4));
  await expect(executor.execute([int(1), int(0)])).rejects.toMatchObject({ code: 'compute/runtime' });
});
