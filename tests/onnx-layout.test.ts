import { expect, test } from 'vitest';
import { readOnnx } from '../src/core/formats/onnx/read.ts';
import { toNhwc } from '../src/core/layout/to-nhwc.ts';
import { checkModel } from '../src/core/model/check.ts';
import { consumers, mainGraph, opName, producers, tensorAt } from '../src/core/model/graph.ts';
import { permuteData } from '../src/core/model/permute.ts';
import type { Graph, Model, OpId, TensorData } from '../src/core/model/types.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import { translateOnnx } from '../src/core/translate/translate.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { onnxModels, pictureInput, sizesOf } from './support/onnx-models.ts';
import { relativeDifference, runOnnx, type Values } from './support/onnx-runtime.ts';
import { noShared, readShared, skipNote } from './support/shared.ts';

/** Largest |difference| as a part of the largest |value|. */
const tolerance = 1e-4;

const runtime = createFloatRuntime();
const rows: string[] = [];

/** What stands around each TRANSPOSE, so that one that remains can be explained. */
function transposes(graph: Graph): readonly string[] {
  const [makers, readers] = [producers(graph), consumers(graph)];
  const nameAt = (id: OpId | undefined) => {
    const op = id === undefined ? undefined : graph.ops[id];
    return op === undefined ? 'input' : opName(op);
  };
  return graph.ops.flatMap(({ kind, inputs: [input], outputs: [output] }) => {
    if (kind !== 'TRANSPOSE' || input === undefined || output === undefined) return [];
    const after = (readers.get(output) ?? []).map(nameAt).join(', ');
    return [`${nameAt(makers.get(input))} [${tensorAt(graph, input).shape}] → ${after || 'output'}`];
  });
}

/** A value of the ONNX file in the order of dimensions that `order` gives. */
function inOrder(value: TensorData, order = [...value.shape.keys()] as readonly number[]): TensorData {
  const shape = order.map((axis) => value.shape[axis] as number);
  return { ...value, shape, data: permuteData(value.data, value.shape, order) };
}

/** The largest relative difference of an output of `model` to `expected`, both in the order that `origin` tells. */
async function difference(model: Model, feeds: Values, expected: Values): Promise<number> {
  const graph = mainGraph(model);
  const origins = [graph.inputs, graph.outputs].map((ids) => ids.map((id) => tensorAt(graph, id).origin));
  const [sample = [], references = []] = [feeds, expected].map((values, end) =>
    origins[end]?.map((origin) => inOrder(values.get(origin?.name ?? '') as TensorData, origin?.order)),
  );
  const executor = await runtime.create(model, []);
  const outputs = await executor.execute(sample);
  executor.dispose();
  return Math.max(...references.map((reference, k) => relativeDifference(outputs[k], reference)));
}

test.skipIf(noShared).each(onnxModels)(
  `%s has no TRANSPOSE left and answers as onnxruntime does${skipNote}`,
  async (file) => {
    const bytes = readShared('models', file);
    const onnx = normalizeOnnx(readOnnx(bytes), { sizes: sizesOf(file) });
    const before = translateOnnx(onnx);
    const after = toNhwc(before);
    checkModel(after);
    const feeds = new Map<string, TensorData>();
    for (const { name } of onnx.graph.inputs) {
      const { shape } = onnx.values.get(name) ?? { shape: [] };
      feeds.set(name, { shape, dtype: 'float32', data: await pictureInput(shape) });
    }
    const share = await difference(after, feeds, await runOnnx(bytes, feeds));
    const [old, graph] = [mainGraph(before), mainGraph(after)];
    const counts = `${transposes(old).length} → ${transposes(graph).length} TRANSPOSE  ${old.ops.length} → ${graph.ops.length} ops`;
    rows.push(`${file.padEnd(40)} ${counts}  largest difference ${share.toExponential(1)}`);
    expect(transposes(graph)).toEqual([]);
    expect(share).toBeLessThanOrEqual(tolerance);
  },
  120_000,
);

test.skipIf(noShared)(`the table of all models${skipNote}`, () => {
  console.log(rows.join('\n'));
  expect(rows).toHaveLength(onnxModels.length);
});
