import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readOnnx } from '../src/core/formats/onnx/read.ts';
import { checkModel } from '../src/core/model/check.ts';
import { elementCount } from '../src/core/model/data.ts';
import { mainGraph, opName, tensorAt } from '../src/core/model/graph.ts';
import type { Shape, TensorData } from '../src/core/model/types.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import { translateOnnx } from '../src/core/translate/translate.ts';
import { loadLiteRt } from './support/litert.ts';
import { noiseOf, relativeDifference, runOnnx } from './support/onnx-runtime.ts';
import { picture } from './support/pictures.ts';
import { noShared, readShared, shared, skipNote } from './support/shared.ts';
import { runInLiteRt, runTranslated } from './support/translated.ts';

/** Sizes that files leave open. */
const sizes: Readonly<Record<string, ReadonlyMap<string, number>>> = {
  'ppocr_mobile_v2_cls.onnx': new Map([
    ['x[2]', 48],
    ['x[3]', 192],
  ]),
};

/** Files whose pictures are bytes as they are; the others take 0 … 1. */
const raw: ReadonlySet<string> = new Set([
  'resnet8_cifar10_bn.onnx',
  'resnet8_cifar10_unbalanced.onnx',
  'yunet_n_320.onnx',
]);

/** Largest |difference| that a translation may have, as a part of the largest |value|. */
const tolerance = 1e-4;

const litert = await loadLiteRt();
const largest = (shares: readonly number[]) => Math.max(...shares).toExponential(1);

/** A picture stretched to the size that `shape` has, in 0 … `most`, NHWC or NCHW as `shape` is; noise where it has no colours. */
async function input(shape: Shape, most: number): Promise<Float32Array> {
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
    return ((data[3 * from + channel] ?? 0) / 255) * most;
  });
}

const files = noShared ? [] : readdirSync(shared('models')).filter((file) => file.endsWith('.onnx'));
const rows: string[] = [];

test.skipIf(noShared).each(files)(`%s is what onnxruntime makes of it${skipNote}`, async (file) => {
  const bytes = readShared('models', file);
  const onnx = normalizeOnnx(readOnnx(bytes), { sizes: sizes[file] ?? new Map() });
  const model = translateOnnx(onnx);
  const graph = mainGraph(model);
  const inputs: TensorData[] = [];
  for (const { shape } of graph.inputs.map((id) => tensorAt(graph, id)))
    inputs.push({ shape, dtype: 'float32', data: await input(shape, raw.has(file) ? 255 : 1) });
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
  expect(rows).toHaveLength(files.length);
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
