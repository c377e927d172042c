import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readOnnx } from '../src/core/formats/onnx/read.ts';
import { checkModel } from '../src/core/model/check.ts';
import { mainGraph, opName, tensorAt } from '../src/core/model/graph.ts';
import type { TensorData } from '../src/core/model/types.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import { translateOnnx } from '../src/core/translate/translate.ts';
import { loadLiteRt } from './support/litert.ts';
import { onnxModels, pictureInput, sizesOf } from './support/onnx-models.ts';
import { relativeDifference, runOnnx } from './support/onnx-runtime.ts';
import { noShared, readShared, shared, skipNote } from './support/shared.ts';
import { runInLiteRt, runTranslated } from './support/translated.ts';

/** Largest |difference| that a translation may have, as a part of the largest |value|. */
const tolerance = 1e-4;

const litert = await loadLiteRt();
const largest = (shares: readonly number[]) => Math.max(...shares).toExponential(1);

const rows: string[] = [];

test.skipIf(noShared).each(onnxModels)(`%s is what onnxruntime makes of it${skipNote}`, async (file) => {
  const bytes = readShared('models', file);
  const onnx = normalizeOnnx(readOnnx(bytes), { sizes: sizesOf(file) });
  const model = translateOnnx(onnx);
  const graph = mainGraph(model);
  const inputs: TensorData[] = [];
  for (const { shape } of graph.inputs.map((id) => tensorAt(graph, id)))
    inputs.push({ shape, dtype: 'float32', data: await pictureInput(file, shape) });
  const feeds = new Map(onnx.graph.inputs.map(({ name }, k) => [name, inputs[k] as TensorData]));
  const [ours, theirs] = [await runTranslated(model, inputs), await runOnnx(bytes, feeds)];
  const shares = onnx.graph.outputs.map(({ name }, k) => {
    const reference = theirs.get(name);
    return reference === undefined ? Number.NaN : relativeDifference(ours[k], reference);
  });
  const inLiteRt = runInLiteRt(litert, model, inputs)?.map((value, k) =>
    relativeDifference(value, ours[k] as TensorData),
  );
  const kinds = new Set(graph.ops.map(opName));
  rows.push(
    `${file.padEnd(40)} ${String(onnx.graph.nodes.length).padStart(4)} nodes ${String(graph.ops.length).padStart(4)} ops of ${kinds.size} kinds  to onnxruntime ${largest(shares)}, in LiteRT ${largest(inLiteRt ?? [])}`,
  );
  for (const share of [...shares, ...(inLiteRt ?? [Number.NaN])])
    expect(share).toBeLessThanOrEqual(tolerance);
});

test.skipIf(noShared)(`the table of all models${skipNote}`, () => {
  console.log(rows.join('\n'));
  expect(rows).toHaveLength(onnxModels.length);
});

const light = noShared
  ? []
  : readdirSync(shared('models', 'onnx-light')).filter((file) => file.endsWith('.onnx'));

/** Real architectures with made-up weights. */
test.skipIf(noShared).each(light)(`%s is translated${skipNote}`, (file) => {
  const model = translateOnnx(normalizeOnnx(readOnnx(readShared('models', 'onnx-light', file))));
  checkModel(model);
  const kinds = new Set(mainGraph(model).ops.map(opName));
  // ShuffleNet's shuffles need no five dimensions.
  expect(mainGraph(model).tensors.every(({ shape }) => shape.length <= 4)).toBe(true);
  expect([...kinds].filter((kind) => kind.startsWith('ONNX:'))).toEqual([]);
});
