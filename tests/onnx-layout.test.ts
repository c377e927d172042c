import { expect, test } from 'vitest';
import type { Executor } from '../src/core/execute/executor.ts';
import { readOnnx } from '../src/core/formats/onnx/read.ts';
import { toNhwc } from '../src/core/layout/to-nhwc.ts';
import { checkModel } from '../src/core/model/check.ts';
import { consumers, mainGraph, opName, producers, tensorAt } from '../src/core/model/graph.ts';
import type { Graph, Model, OpId, TensorData } from '../src/core/model/types.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import { translateOnnx } from '../src/core/translate/translate.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { loadLiteRt } from './support/litert.ts';
import { onnxModels, pictureInput, sizesOf } from './support/onnx-models.ts';
import { relativeDifference, runOnnx, type Values } from './support/onnx-runtime.ts';
import { valuesByOrigin } from './support/origin-values.ts';
import { noShared, readShared, skipNote } from './support/shared.ts';
import { runInLiteRt } from './support/translated.ts';

/** Largest |difference| as a part of the largest |value|. */
const tolerance = 1e-4;

const runtime = createFloatRuntime();
const litert = await loadLiteRt();
const rows: string[] = [];

/** The written model, on LiteRT. */
function onLiteRt(model: Model): Executor {
  return {
    execute: async (inputs) => runInLiteRt(litert, model, inputs) ?? [],
    dispose: () => undefined,
  };
}

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

/** The largest relative difference of an output of `model` to `expected`, both in the order of the ONNX file. */
async function difference(
  model: Model,
  { feeds, expected }: { readonly feeds: Values; readonly expected: Values },
  executor: Executor,
): Promise<number> {
  const actual = await valuesByOrigin(model, executor, feeds);
  const shares = [...expected].map(([name, value]) => relativeDifference(actual.get(name), value));
  return Math.max(...shares);
}

test.skipIf(noShared).each(onnxModels)(
  `%s has no TRANSPOSE left and answers as onnxruntime does, in LiteRT too${skipNote}`,
  async (file) => {
    const bytes = readShared('models', file);
    const onnx = normalizeOnnx(readOnnx(bytes), { sizes: sizesOf(file) });
    const before = translateOnnx(onnx);
    const after = toNhwc(before);
    checkModel(after);
    const feeds = new Map<string, TensorData>();
    for (const { name } of onnx.graph.inputs) {
      const { shape } = onnx.values.get(name) ?? { shape: [] };
      feeds.set(name, { shape, dtype: 'float32', data: await pictureInput(file, shape) });
    }
    const expected = await runOnnx(bytes, feeds);
    const share = await difference(after, { feeds, expected }, await runtime.create(after, []));
    const inLiteRt = await difference(after, { feeds, expected }, onLiteRt(after));
    const [old, graph] = [mainGraph(before), mainGraph(after)];
    const counts = `${transposes(old).length} → ${transposes(graph).length} TRANSPOSE  ${old.ops.length} → ${graph.ops.length} ops`;
    rows.push(
      `${file.padEnd(40)} ${counts}  to onnxruntime ${share.toExponential(1)}, in LiteRT ${inLiteRt.toExponential(1)}`,
    );
    expect(transposes(graph)).toEqual([]);
    expect(share).toBeLessThanOrEqual(tolerance);
    expect(inLiteRt).toBeLessThanOrEqual(tolerance);
  },
  120_000,
);

test.skipIf(noShared)(`the table of all models${skipNote}`, () => {
  console.log(rows.join('\n'));
  expect(rows).toHaveLength(onnxModels.length);
});
