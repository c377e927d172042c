import { expect, test } from 'vitest';
import { nodeKernels } from '../src/cli/kernel-builds.ts';
import { batchOf, withBatch } from '../src/core/execute/batch.ts';
import { arithmetics } from '../src/core/execute/int8/context.ts';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { createReferenceKernels } from '../src/core/execute/int8/reference/index.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { allocate, elementCount } from '../src/core/model/data.ts';
import { mainGraph, opName, tensorAt } from '../src/core/model/graph.ts';
import type { Model, Sample, TensorData } from '../src/core/model/types.ts';
import { Problem } from '../src/core/problem.ts';
import { goldenEntries, readIndex, readVariant } from './support/golden-index.ts';

const COUNT = 3;

/** A different sample for each n; small values keep a division's operands away from 0. */
function sampleOf(model: Model, n: number): Sample {
  const graph = mainGraph(model);
  return graph.inputs.map((id): TensorData => {
    const { shape, dtype } = tensorAt(graph, id);
    const data = allocate(dtype, elementCount(shape));
    for (let i = 0; i < data.length; i++) data[i] = (((i + 1) * (37 + n)) % 101) as never;
    return { shape, dtype, data };
  });
}

function together(samples: readonly Sample[]): Sample {
  const [first = []] = samples;
  return first.map(({ shape, dtype, data }, k) => {
    const all = allocate(dtype, samples.length * data.length);
    samples.forEach((sample, n) => {
      (all as Int8Array).set(sample[k]?.data as Int8Array, n * data.length);
    });
    const [rows = 1, ...rest] = shape;
    return { shape: [rows * samples.length, ...rest], dtype, data: all };
  });
}

/** The model for several samples, or `undefined` where it is refused by name. */
function batched(model: Model): Model | undefined {
  try {
    return withBatch(model, COUNT);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'model/unsupported-op') throw error;
    expect(error.message).toMatch(/^Several samples at once cannot go through [A-Z]/);
    return undefined;
  }
}

test('several samples at once give what they give one by one, bit for bit, with both sets of kernels', async () => {
  const kinds = new Set<string>();
  const refused: string[] = [];
  for (const entry of [...goldenEntries('ops'), ...goldenEntries('models')]) {
    const file = entry === 'ops/div' ? undefined : readVariant(readIndex(entry), 'int8');
    if (file === undefined) continue;
    const model = readTflite(file);
    const several = batched(model);
    if (several === undefined) {
      refused.push(entry);
      continue;
    }
    const samples = Array.from({ length: COUNT }, (_, n) => sampleOf(model, n));
    const inputs = together(samples);
    expect(batchOf(model, inputs)).toBe(COUNT);
    for (const arithmetic of arithmetics) {
      for (const kernels of [createReferenceKernels, nodeKernels()]) {
        const one = createInt8Executor(model, { arithmetic, kernels });
        const all = createInt8Executor(several, { arithmetic, kernels });
        const single: Sample[] = [];
        for (const sample of samples) single.push(await one.execute(sample));
        expect(await all.execute(inputs), `${entry} ${arithmetic}`).toEqual(together(single));
      }
    }
    for (const op of mainGraph(model).ops) kinds.add(opName(op));
  }
  console.log(`${kinds.size} kinds of ops in batches; refused: ${refused.join(', ')}`);
  expect(kinds.size).toBeGreaterThan(40);
  expect(refused.length).toBeGreaterThan(5);
}, 120_000);

test('inputs that are no multiple of the model’s are one sample', () => {
  const file = readVariant(readIndex('ops/add_none'), 'int8');
  if (file === undefined) throw new Error('the file is missing');
  const model = readTflite(file);
  const sample = sampleOf(model, 0);
  expect(batchOf(model, sample)).toBe(1);
  const twice = together([sample, sample]);
  expect(sample).toHaveLength(2);
  expect(batchOf(model, twice)).toBe(2);
  expect(batchOf(model, [...twice.slice(0, 1), ...sample.slice(1)])).toBe(1);
  expect(batchOf(model, [])).toBe(1);
});
