import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exampleGraph, exampleOnnx, withWeightsApart } from '../../tests/support/onnx-example.ts';
import { noiseOf, OnnxSession } from '../../tests/support/onnx-runtime.ts';
import { readOnnx } from '../core/formats/onnx/read.ts';
import { fitOfArray, valueFromArray } from '../core/images/array-fit.ts';
import { mainGraph, tensorAt } from '../core/model/graph.ts';
import type { TensorId } from '../core/model/types.ts';
import { normalizeOnnx } from '../core/onnx/normalize.ts';
import { Problem } from '../core/problem.ts';
import { writeQdq } from '../core/qdq/write-qdq.ts';
import { openExecutor, runnable } from './executors.ts';
import { readModel } from './model-file.ts';
import { quantizeCommand } from './quantize.ts';

const folder = mkdtempSync(join(tmpdir(), 'zeropoint-'));

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const withDims = (...dim: readonly string[]) => ({ positionals: [], values: { dim } });

test('sizes that the file leaves open are asked for by the option that gives them', async () => {
  const bytes = exampleOnnx((graph) => ({
    ...graph,
    inputs: graph.inputs.map((input) => ({ ...input, shape: ['n', 3, 'height', 'width'] })),
  }));
  const path = written('open.onnx', bytes);
  await expect(readModel(path)).rejects.toThrow(/--dim 'height=\d+' --dim 'width=\d+'/);
  const { model } = await readModel(path, withDims('height=64', 'width=64'));
  const [input] = mainGraph(model).inputs;
  expect(tensorAt(mainGraph(model), input as TensorId).shape).toEqual([1, 64, 64, 3]);
  await expect(readModel(path, withDims('height'))).rejects.toThrow(/NAME=N/);
});

test('weights lie beside the model, never elsewhere', async () => {
  const { model, weights } = withWeightsApart(exampleOnnx(), 'parts/net.data');
  mkdirSync(join(folder, 'parts'));
  written('parts/net.data', weights);
  expect((await readModel(written('apart.onnx', model))).onnx).toBeDefined();
  const outside = withWeightsApart(exampleOnnx(), '../net.data').model;
  written('net.data', weights);
  await expect(readModel(written('parts/outside.onnx', outside))).rejects.toThrow(Problem);
});

test('a quantized ONNX file is run as it rounds', async () => {
  const onnx = normalizeOnnx(readOnnx(exampleOnnx()));
  const range = { min: -1, max: 6 };
  const ranges = new Map([...onnx.values.keys()].map((name) => [name, range]));
  const { bytes } = writeQdq(onnx, ranges);
  const model = runnable((await readModel(written('qdq.onnx', bytes))).model);
  const value = noiseOf({ dtype: 'float32', shape: [1, 3, 64, 64] }, 0, 1);
  const input = tensorAt(mainGraph(model), mainGraph(model).inputs[0] as TensorId);
  const executor = await openExecutor(model, { taps: [], arithmetic: 'tflm' });
  const [ours] = await executor.execute([
    valueFromArray(value, input, fitOfArray(value.shape, input, 'x').order),
  ]);
  executor.dispose();
  const session = await OnnxSession.of(bytes);
  const [name = ''] = exampleGraph().inputs.map((it) => it.name);
  const [theirs] = [...(await session.run(new Map([[name, value]]))).values()];
  await session.release();
  expect(Array.from(ours?.data as Float32Array)).toEqual(Array.from(theirs?.data as Float32Array));
});

test('what an .onnx cannot be written from is refused before anything is computed', async () => {
  const tflite = join(import.meta.dirname, '../../public/examples/fruit/model.tflite');
  const asked = (model: string, values: object) =>
    quantizeCommand({ positionals: [model], values: { ...values } });
  await expect(asked(tflite, { output: join(folder, 'x.onnx') })).rejects.toThrow(/is no ONNX model/);
  const model = written('float.onnx', exampleOnnx());
  const symmetric = { output: join(folder, 'x.tflite'), 'onnx-symmetric': true };
  await expect(asked(model, symmetric)).rejects.toThrow(/--onnx-symmetric is for an .onnx file/);
});
