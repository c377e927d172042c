import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { passingTable } from '../src/core/layout/passing/table.ts';
import { toNhwc } from '../src/core/layout/to-nhwc.ts';
import { checkModel } from '../src/core/model/check.ts';
import { allocate, elementCount } from '../src/core/model/data.ts';
import { mainGraph, opName, tensorAt } from '../src/core/model/graph.ts';
import { permuteData } from '../src/core/model/permute.ts';
import type { Elements, Model, Sample, TensorData } from '../src/core/model/types.ts';
import { draws, inputShapes, nchwModel } from './support/random-nchw.ts';

/** Whole numbers from −3 to 3 for each input, in the order of the ONNX value that it is. */
function valuesFor(model: Model): ReadonlyMap<string, TensorData> {
  const graph = mainGraph(model);
  return new Map(
    graph.inputs.map((id, k) => {
      const { shape, dtype, origin } = tensorAt(graph, id);
      const data = allocate(dtype, elementCount(shape));
      for (let i = 0; i < data.length; i++) data[i] = ((i * 7919 + k * 31 + ((i * i) % 11)) % 7) - 3;
      return [origin?.name ?? '', { shape, dtype, data }];
    }),
  );
}

/** Every value that carries an origin, in the order of the ONNX value, and the outputs' names. */
async function valuesOf(model: Model, inputs: ReadonlyMap<string, TensorData>) {
  const graph = mainGraph(model);
  const values = new Map<string, readonly number[]>();
  const sample: Sample = graph.inputs.map((id) => {
    const { origin, shape, dtype } = tensorAt(graph, id);
    const value = inputs.get(origin?.name ?? '') as TensorData;
    const order = origin?.order ?? value.shape.map((_, axis) => axis);
    return { shape, dtype, data: permuteData(value.data, value.shape, order) };
  });
  const executor = createInt8Executor(model, { arithmetic: 'litert-reference', taps: 'all' });
  await executor.execute(sample, (id, { data }) => {
    const { origin, shape } = tensorAt(graph, id);
    if (origin === undefined) return;
    const order = origin.order ?? shape.map((_, axis) => axis);
    const back = order.map((_, axis) => order.indexOf(axis));
    values.set(
      origin.name,
      Array.from(permuteData(data as Elements, shape, back) as Iterable<number>, (v) => v + 0),
    );
  });
  return { values, outputs: graph.outputs.map((id) => tensorAt(graph, id).origin?.name) };
}

const seen = new Set<string>();

async function compare(model: Model): Promise<void> {
  checkModel(model);
  const after = toNhwc(model);
  checkModel(after);
  for (const op of mainGraph(model).ops) seen.add(opName(op));
  const inputs = valuesFor(model);
  const [expected, actual] = [await valuesOf(model, inputs), await valuesOf(after, inputs)];
  expect(actual.outputs).toEqual(expected.outputs);
  for (const [name, value] of actual.values) expect([name, value]).toEqual([name, expected.values.get(name)]);
}

describe('the pass changes no value', () => {
  test('random graphs: every tensor that still is a value holds it, to the bit', async () => {
    await fc.assert(
      fc.asyncProperty(draws, inputShapes, async (list, shape) => compare(nchwModel(list, shape))),
      { numRuns: 500 },
    );
    expect(Object.keys(passingTable).filter((kind) => !seen.has(kind))).toEqual([]);
  }, 120_000);
});
