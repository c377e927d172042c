import { expect, test } from 'vitest';
import { readOnnx } from '../src/core/formats/onnx/read.ts';
import { checkModel } from '../src/core/model/check.ts';
import { mainGraph, opName, tensorAt } from '../src/core/model/graph.ts';
import type { Model, TensorData } from '../src/core/model/types.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import { translateOnnx } from '../src/core/translate/translate.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { onnxModels, pictureInput, sizesOf } from './support/onnx-models.ts';
import { relativeDifference, runOnnx } from './support/onnx-runtime.ts';
import { noShared, readShared, skipNote } from './support/shared.ts';

/** Largest |difference| that a translation may have, as a part of the largest |value|. */
const tolerance = 1e-4;

const runtime = createFloatRuntime();

async function translated(model: Model, inputs: readonly TensorData[]): Promise<readonly TensorData[]> {
  const executor = await runtime.create(model, []);
  const outputs = await executor.execute(inputs);
  executor.dispose();
  return outputs;
}

const rows: string[] = [];

test.skipIf(noShared).each(onnxModels)(`%s is what onnxruntime makes of it${skipNote}`, async (file) => {
  const bytes = readShared('models', file);
  const onnx = normalizeOnnx(readOnnx(bytes), { sizes: sizesOf(file) });
  const model = translateOnnx(onnx);
  checkModel(model);
  const graph = mainGraph(model);
  const inputs: TensorData[] = [];
  for (const { shape } of graph.inputs.map((id) => tensorAt(graph, id)))
    inputs.push({ shape, dtype: 'float32', data: await pictureInput(shape) });
  const feeds = new Map(onnx.graph.inputs.map(({ name }, k) => [name, inputs[k] as TensorData]));
  const [ours, theirs] = [await translated(model, inputs), await runOnnx(bytes, feeds)];
  const shares = onnx.graph.outputs.map(({ name }, k) => {
    const reference = theirs.get(name);
    return reference === undefined ? Number.NaN : relativeDifference(ours[k], reference);
  });
  const kinds = new Set(graph.ops.map(opName));
  rows.push(
    `${file.padEnd(40)} ${String(onnx.graph.nodes.length).padStart(4)} nodes ${String(graph.ops.length).padStart(4)} ops of ${kinds.size} kinds  largest difference ${Math.max(...shares).toExponential(1)}`,
  );
  for (const share of shares) expect(share).toBeLessThanOrEqual(tolerance);
});

test.skipIf(noShared)(`the table of all models${skipNote}`, () => {
  console.log(rows.join('\n'));
  expect(rows).toHaveLength(onnxModels.length);
});
