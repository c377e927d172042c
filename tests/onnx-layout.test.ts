import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { OnnxModel } from '../src/core/formats/onnx/graph.ts';
import { readOnnx } from '../src/core/formats/onnx/read.ts';
import { toNhwc } from '../src/core/layout/to-nhwc.ts';
import { checkModel } from '../src/core/model/check.ts';
import { elementCount } from '../src/core/model/data.ts';
import { consumers, mainGraph, opName, producers, tensorAt } from '../src/core/model/graph.ts';
import { permuteData } from '../src/core/model/permute.ts';
import type { Graph, KnownKind, Model, TensorData } from '../src/core/model/types.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import { translateOnnx } from '../src/core/translate/translate.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { runOnnx } from './support/onnxruntime.ts';
import { noShared, readShared, shared, skipNote } from './support/shared.ts';

const runtime = createFloatRuntime();

/** Sizes for models that leave them open. */
const sizes: Readonly<Record<string, ReadonlyMap<string, number>>> = {
  'ppocr_mobile_v2_cls.onnx': new Map([
    ['x[2]', 48],
    ['x[3]', 192],
  ]),
};

/**
 * TRANSPOSEs that remain, with the reason. Everything else ends without any: a classifier's flattening is in its dense
 * weights, and a detector's heads want NHWC themselves.
 */
const remaining: Readonly<Record<string, { readonly count: number; readonly why: string }>> = {
  'super_resolution_x3.onnx': {
    count: 1,
    why: 'the pixel shuffle is written as RESHAPE, TRANSPOSE of six dimensions, RESHAPE',
  },
};

const count = (graph: Graph, kind: KnownKind) => graph.ops.filter((op) => op.kind === kind).length;

/** What stands around each TRANSPOSE. */
function neighbours(graph: Graph): readonly string[] {
  const [makers, readers] = [producers(graph), consumers(graph)];
  const nameAt = (op: number | undefined) => {
    const found = op === undefined ? undefined : graph.ops[op];
    return found === undefined ? 'input' : opName(found);
  };
  return graph.ops.flatMap(({ kind, inputs: [input], outputs: [output] }) => {
    if (kind !== 'TRANSPOSE' || input === undefined || output === undefined) return [];
    const after = (readers.get(output) ?? []).map(nameAt).join(', ');
    return [`${nameAt(makers.get(input))} [${tensorAt(graph, input).shape}] → ${after || 'output'}`];
  });
}

/** Reproducible numbers from 0 to 1, in the order of the ONNX value. */
function noise(onnx: OnnxModel, model: Model): ReadonlyMap<string, TensorData> {
  const graph = mainGraph(model);
  return new Map(
    onnx.graph.inputs.map(({ name }, k) => {
      const { shape } = tensorAt(graph, graph.inputs[k] as never);
      let state = 12345 + k;
      const next = () => {
        state = (state * 48271) % 2147483647;
        return state / 2147483647;
      };
      return [
        name,
        { shape, dtype: 'float32', data: Float32Array.from({ length: elementCount(shape) }, next) },
      ];
    }),
  );
}

/** The largest difference of any output to onnxruntime's, relative to the largest value of that output. */
async function difference(model: Model, bytes: Uint8Array, inputs: ReadonlyMap<string, TensorData>) {
  const graph = mainGraph(model);
  const expected = await runOnnx(bytes, inputs);
  const sample = graph.inputs.map((id) => {
    const { origin, shape, dtype } = tensorAt(graph, id);
    const value = inputs.get(origin?.name ?? '') as TensorData;
    const order = origin?.order ?? [...value.shape.keys()];
    return { shape, dtype, data: permuteData(value.data, value.shape, order) };
  });
  const executor = await runtime.create(model, []);
  const outputs = await executor.execute(sample);
  executor.dispose();
  const differences = graph.outputs.map((id, k) => {
    const { name, origin } = tensorAt(graph, id);
    const reference = expected.get(origin?.name ?? name) as TensorData;
    const order = origin?.order ?? [...reference.shape.keys()];
    const wanted = permuteData(reference.data, reference.shape, order) as Float32Array;
    const actual = outputs[k]?.data as Float32Array;
    expect(actual.length).toBe(wanted.length);
    const largest = wanted.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    return actual.reduce((max, value, i) => Math.max(max, Math.abs(value - (wanted[i] ?? 0))), 0) / largest;
  });
  return Math.max(...differences);
}

const table: string[] = [];
const models = noShared ? [] : readdirSync(shared('models')).filter((file) => file.endsWith('.onnx'));

describe(`real models in NHWC answer as onnxruntime does${skipNote}`, () => {
  test.each(models)(
    '%s',
    async (file) => {
      const bytes = readShared('models', file);
      const onnx = readOnnx(bytes);
      const before = translateOnnx(normalizeOnnx(onnx, { sizes: sizes[file] ?? new Map() }));
      const after = toNhwc(before);
      checkModel(after);
      const graph = mainGraph(after);
      const largest = await difference(after, bytes, noise(onnx, before));
      const found = neighbours(graph);
      const numbers = `${count(mainGraph(before), 'TRANSPOSE')} → ${found.length} TRANSPOSE, ${mainGraph(before).ops.length} → ${graph.ops.length} ops`;
      const why = remaining[file]?.why;
      table.push(`${file}: ${numbers}, ${largest.toExponential(1)}${why === undefined ? '' : `; ${why}`}`);
      expect(found).toHaveLength(remaining[file]?.count ?? 0);
      expect(largest).toBeLessThanOrEqual(1e-4);
    },
    120_000,
  );
  afterAll(() => {
    if (table.length > 0) console.log(table.join('\n'));
  });
});
