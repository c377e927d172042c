import { expect, test } from 'vitest';
import { activation, modelOf } from '../../tests/support/models.ts';
import type { OnnxGraph } from '../core/formats/onnx/graph.ts';
import { originalOf } from '../core/formats/onnx/outputs.ts';
import { readOnnx } from '../core/formats/onnx/read.ts';
import { writeOnnx } from '../core/formats/onnx/write.ts';
import type { Model, TensorData, TensorId } from '../core/model/types.ts';
import { createFloatRuntime } from './runtime.ts';

const node = (type: string, inputs: readonly string[], output: string) => ({
  name: output,
  type,
  inputs,
  outputs: [output],
  attributes: {},
});

/** y = −max(x, 0) · 2: the factor is the file's alone, so that its values tell who has computed. */
const graph: OnnxGraph = {
  inputs: [{ name: 'x', dtype: 'float32', shape: ['n', 2, 1, 3] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['n', 2, 1, 3] }],
  constants: new Map([['two', { dtype: 'float32', shape: [], data: new Float32Array([2]) }]]),
  nodes: [node('Relu', ['x'], 'r'), node('Neg', ['r'], 'm'), node('Mul', ['m', 'two'], 'y')],
};

const order = [0, 2, 3, 1];
const nhwc = (origin?: string) => ({
  ...activation([1, 1, 3, 2]),
  ...(origin !== undefined && { origin: { name: origin, order } }),
});
const translation = modelOf(
  [nhwc('x'), nhwc('r'), nhwc(), nhwc('y')],
  [
    { kind: 'RELU', inputs: [0], outputs: [1], options: {} },
    { kind: 'ABS', inputs: [1], outputs: [2], options: {} },
    { kind: 'NEG', inputs: [2], outputs: [3], options: {} },
  ],
  [[0], [3]],
);
const file = readOnnx(writeOnnx(graph));
const model: Model = { ...translation, original: originalOf(file) };
/** NHWC: pixel by pixel, both channels. */
const input: TensorData = {
  dtype: 'float32',
  shape: [1, 1, 3, 2],
  data: new Float32Array([1, -1, 2, -2, 3, 4]),
};

async function run(
  asked = model,
): Promise<{ taps: readonly (readonly [TensorId, number[]])[]; y: number[] }> {
  const executor = await createFloatRuntime().create(asked, [
    2, 1, 0,
  ] as readonly number[] as readonly TensorId[]);
  const taps: (readonly [TensorId, number[]])[] = [];
  const [y] = await executor.execute([input], (id, { data }) =>
    taps.push([id, Array.from(data as Float32Array)]),
  );
  executor.dispose();
  return { taps, y: Array.from((y as TensorData).data as Float32Array) };
}

test('the file computes, in its own order of dimensions; what it lacks comes from the translation', async () => {
  const { taps, y } = await run();
  expect(y).toEqual([-2, -0, -4, -0, -6, -8]);
  expect(taps).toEqual([
    [0, [1, -1, 2, -2, 3, 4]],
    [1, [1, 0, 2, 0, 3, 4]],
    [2, [1, 0, 2, 0, 3, 4]],
  ]);
});

test('without the file, the model is computed as it stands', async () => {
  expect((await run(translation)).y).toEqual([-1, -0, -2, -0, -3, -4]);
});
