import { expect, test } from 'vitest';
import { nodeKernels } from '../src/cli/kernel-builds.ts';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { createReferenceKernels } from '../src/core/execute/int8/reference/index.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { allocate, constantOf, elementCount } from '../src/core/model/data.ts';
import { isPresent, mainGraph, tensorAt, withMainGraph } from '../src/core/model/graph.ts';
import type { Model, Op, Sample, TensorData, TensorId } from '../src/core/model/types.ts';
import { Problem } from '../src/core/problem.ts';
import { goldenEntries, readIndex, readVariant } from './support/golden-index.ts';
import { readKernelForms } from './support/kernel-forms.ts';

/** Inputs of ops that only say what shapes say too, and bounds that select as many elements whatever they are. */
const parameters: Readonly<Partial<Record<Op['kind'], readonly number[]>>> = {
  RESIZE_BILINEAR: [1],
  RESIZE_NEAREST_NEIGHBOR: [1],
  TILE: [1],
  BROADCAST_TO: [1],
  FILL: [0],
  TRANSPOSE_CONV: [0],
  STRIDED_SLICE: [1, 2, 3],
};

/** The model with those constants among its inputs, and their values; `undefined` without any. */
function opened(
  model: Model,
): { readonly model: Model; readonly values: Sample; readonly kinds: Op['kind'][] } | undefined {
  const graph = mainGraph(model);
  const ops = graph.ops.filter(({ kind }) => parameters[kind] !== undefined);
  const all = ops.flatMap(({ kind, inputs }) => (parameters[kind] ?? []).map((k) => inputs[k]));
  const ids = [...new Set(all)].filter(isPresent).filter((id) => tensorAt(graph, id).data !== undefined);
  if (ids.length === 0) return undefined;
  const values = ids.map((id) => constantOf(tensorAt(graph, id)) as TensorData);
  const tensors = graph.tensors.map((tensor, k) => {
    if (!ids.includes(k as TensorId)) return tensor;
    const { data: _, ...open } = tensor;
    return open;
  });
  const changed = { ...graph, tensors, inputs: [...graph.inputs, ...ids] };
  return { model: withMainGraph(model, changed), values, kinds: ops.map(({ kind }) => kind) };
}

function sampleOf(model: Model): Sample {
  const graph = mainGraph(model);
  return graph.inputs.map((id) => {
    const { shape, dtype } = tensorAt(graph, id);
    const data = allocate(dtype, elementCount(shape));
    for (let i = 0; i < data.length; i++) data[i] = ((i * 37) % 101) as never;
    return { shape, dtype, data };
  });
}

function* models(): Generator<readonly [string, Model]> {
  for (const { name, model } of readKernelForms('kernels')) yield [name, model];
  for (const entry of goldenEntries('ops')) {
    const file = readVariant(readIndex(entry), 'int8');
    if (file !== undefined) yield [entry, readTflite(file)];
  }
}

const arithmetic = 'litert-reference';

test('parameters that only a run knows give what constants give, and stop a run where shapes say otherwise', async () => {
  const kinds = new Set<string>();
  for (const [name, model] of models()) {
    const open = opened(model);
    if (open === undefined) continue;
    const sample = sampleOf(model);
    const wanted = await createInt8Executor(model, { arithmetic }).execute(sample);
    for (const kernels of [createReferenceKernels, nodeKernels()]) {
      const executor = createInt8Executor(open.model, { arithmetic, kernels });
      expect(await executor.execute([...sample, ...open.values]), name).toEqual(wanted);
      const other = open.values.map((value) => ({ ...value, data: value.data.slice().fill(99 as never) }));
      const ended = executor.execute([...sample, ...other] as Sample);
      await expect(ended, name).rejects.toThrow(Problem);
      await expect(ended, name).rejects.toMatchObject({ code: 'compute/runtime' });
      expect(await executor.execute([...sample, ...open.values]), name).toEqual(wanted);
    }
    for (const kind of open.kinds) kinds.add(kind);
  }
  console.log([...kinds].sort().join(', '));
  expect(kinds.size).toBeGreaterThanOrEqual(6);
});
