import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { passingTable } from '../src/core/layout/passing/table.ts';
import { toNhwc } from '../src/core/layout/to-nhwc.ts';
import { checkModel } from '../src/core/model/check.ts';
import { allocate, elementCount } from '../src/core/model/data.ts';
import { mainGraph, opName, tensorAt } from '../src/core/model/graph.ts';
import type { Model, TensorData } from '../src/core/model/types.ts';
import { type ByOrigin, valuesByOrigin } from './support/origin-values.ts';
import { draws, inputShapes, nchwModel } from './support/random-nchw.ts';

/** Whole numbers from −3 to 3 for each input, in the order of the ONNX value that it is. */
function inputsOf(model: Model): ByOrigin {
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

function valuesOf(model: Model, inputs: ByOrigin): Promise<ByOrigin> {
  const executor = createInt8Executor(model, { arithmetic: 'litert-reference', taps: 'all' });
  return valuesByOrigin(model, executor, inputs);
}

/** −0 and 0 are one number. */
const numbers = ({ data }: TensorData) => Array.from(data as Iterable<number>, (value) => value + 0);

const outputNames = (model: Model) => {
  const graph = mainGraph(model);
  return graph.outputs.map((id) => tensorAt(graph, id).origin?.name);
};

/** Elements that TRANSPOSEs move; dimensions of size 1 do not count. */
function movedElements(model: Model): number {
  const graph = mainGraph(model);
  const costs = graph.ops.map(({ kind, inputs: [input], outputs: [output] }) => {
    if (kind !== 'TRANSPOSE' || input === undefined || output === undefined) return 0;
    return elementCount(tensorAt(graph, output).shape);
  });
  return costs.reduce((sum, cost) => sum + cost, 0);
}

const seen = new Set<string>();

async function check(model: Model): Promise<void> {
  checkModel(model);
  const after = toNhwc(model);
  checkModel(after);
  for (const op of mainGraph(model).ops) seen.add(opName(op));
  const inputs = inputsOf(model);
  const [expected, actual] = [await valuesOf(model, inputs), await valuesOf(after, inputs)];
  expect(outputNames(after)).toEqual(outputNames(model));
  for (const [name, value] of actual) {
    const reference = expected.get(name) as TensorData;
    expect([name, value.shape, numbers(value)]).toEqual([name, reference.shape, numbers(reference)]);
  }
  const names = mainGraph(after).tensors.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(movedElements(after)).toBeLessThanOrEqual(movedElements(model));
  expect(movedElements(toNhwc(after))).toBeLessThanOrEqual(movedElements(after));
}

test('random graphs: what still is a value of the ONNX graph holds it to the bit, and no TRANSPOSE is added', async () => {
  await fc.assert(
    fc.asyncProperty(draws, inputShapes, (list, shape) => check(nchwModel(list, shape))),
    { numRuns: 300 },
  );
  // FAKE_QUANT is folded away before a model runs, so that nothing here computes it.
  expect(Object.keys(passingTable).filter((kind) => !seen.has(kind))).toEqual(['FAKE_QUANT']);
}, 240_000);
