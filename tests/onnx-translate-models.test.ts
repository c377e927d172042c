import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readOnnx } from '../src/core/formats/onnx/read.ts';
import { checkModel } from '../src/core/model/check.ts';
import { elementCount } from '../src/core/model/data.ts';
import { mainGraph, opName, tensorAt } from '../src/core/model/graph.ts';
import type { Model, Shape, TensorData } from '../src/core/model/types.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import { translateOnnx } from '../src/core/translate/translate.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { noiseOf, relativeDifference, runOnnx } from './support/onnx-runtime.ts';
import { picture } from './support/pictures.ts';
import { noShared, readShared, shared, skipNote } from './support/shared.ts';

/** Sizes that files leave open. */
const sizes: Readonly<Record<string, ReadonlyMap<string, number>>> = {
  'ppocr_mobile_v2_cls.onnx': new Map([
    ['x[2]', 48],
    ['x[3]', 192],
  ]),
};

/** Largest |difference| that a translation may have, as a part of the largest |value|. */
const tolerance = 1e-4;

const runtime = createFloatRuntime();

async function translated(model: Model, inputs: readonly TensorData[]): Promise<readonly TensorData[]> {
  const executor = await runtime.create(model, []);
  const outputs = await executor.execute(inputs);
  executor.dispose();
  return outputs;
}

/** A picture stretched to the size that `shape` has, in 0 … 1, NHWC or NCHW as `shape` is; noise where it has no colours. */
async function input(shape: Shape): Promise<Float32Array> {
  const isNchw = shape[1] === 3;
  if (shape.length !== 4 || (!isNchw && shape[3] !== 3))
    return noiseOf({ dtype: 'float32', shape }, 0, 1).data as Float32Array;
  const [, height = 1, width = 1] = isNchw ? [0, ...shape.slice(2)] : shape;
  const { data, ...size } = await picture('coco/images/000000000077.jpg').load();
  return Float32Array.from({ length: elementCount(shape) }, (_, i) => {
    const [pixel, channel] = isNchw
      ? [i % (width * height), Math.floor(i / (width * height))]
      : [Math.floor(i / 3), i % 3];
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    const from = Math.floor((y * size.height) / height) * size.width + Math.floor((x * size.width) / width);
    return (data[3 * from + channel] ?? 0) / 255;
  });
}

const files = noShared ? [] : readdirSync(shared('models')).filter((file) => file.endsWith('.onnx'));
const rows: string[] = [];

test.skipIf(noShared).each(files)(`%s is what onnxruntime makes of it${skipNote}`, async (file) => {
  const bytes = readShared('models', file);
  const onnx = normalizeOnnx(readOnnx(bytes), { sizes: sizes[file] ?? new Map() });
  const model = translateOnnx(onnx);
  checkModel(model);
  const graph = mainGraph(model);
  const inputs: TensorData[] = [];
  for (const { shape } of graph.inputs.map((id) => tensorAt(graph, id)))
    inputs.push({ shape, dtype: 'float32', data: await input(shape) });
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
  expect(rows).toHaveLength(files.length);
});
