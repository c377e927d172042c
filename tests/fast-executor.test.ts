import { expect, test } from 'vitest';
import { nodeKernels } from '../src/cli/kernel-builds.ts';
import { type Arithmetic, arithmetics } from '../src/core/execute/int8/context.ts';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { isPresent, mainGraph, tensorAt } from '../src/core/model/graph.ts';
import type { Model, OpId, TensorData, TensorId } from '../src/core/model/types.ts';
import { goldenEntries, readIndex, readVariant, sha256 } from './support/golden-index.ts';
import { readKernelGolden } from './support/kernel-golden.ts';

function* models(): Generator<{ name: string; model: Model; inputs: readonly TensorData[] }> {
  for (const name of goldenEntries('models')) {
    const golden = readKernelGolden(name, 'int8');
    const file = readVariant(readIndex(name), 'int8');
    const inputs = golden?.cases[0]?.inputs;
    if (file !== undefined && inputs !== undefined) yield { name, model: readTflite(file), inputs };
  }
}

async function plainValues(model: Model, inputs: readonly TensorData[], arithmetic: Arithmetic) {
  const values = new Map<TensorId, TensorData>();
  const plain = createInt8Executor(model, { arithmetic, taps: 'all' });
  await plain.execute(inputs, (id, value) => values.set(id, { ...value, data: value.data.slice() }));
  return values;
}

test.each(arithmetics)('%s: any op alone, in any order, gives what it gives in a run', async (arithmetic) => {
  let ops = 0;
  for (const { name, model, inputs } of models()) {
    const graph = mainGraph(model);
    const values = await plainValues(model, inputs, arithmetic);
    const fast = createInt8Executor(model, { arithmetic, kernels: nodeKernels() });
    for (const id of [...graph.ops.keys()].reverse()) {
      const op = graph.ops[id];
      const given = (op?.inputs ?? []).filter((t) => t >= 0 && tensorAt(graph, t).data === undefined);
      const outputs = fast.runOp(
        id as OpId,
        given.map((t) => values.get(t) as TensorData),
      );
      outputs.forEach((output, k) => {
        const wanted = values.get(op?.outputs[k] as TensorId) as TensorData;
        if (sha256(output.data) !== sha256(wanted.data)) throw new Error(`${name}: op ${id} differs`);
        ops += 1;
      });
    }
  }
  expect(ops).toBeGreaterThan(30);
});

test.each(arithmetics)(
  '%s: a few taps see what all see, and a second run sees its own',
  async (arithmetic) => {
    for (const { name, model, inputs } of models()) {
      const values = await plainValues(model, inputs, arithmetic);
      const taps = [...values.keys()].filter((id) => id % 3 === 0);
      const fast = createInt8Executor(model, { arithmetic, taps, kernels: nodeKernels() });
      const zeros = inputs.map((value) => ({ ...value, data: value.data.slice().fill(0 as never) }));
      await fast.execute(zeros as readonly TensorData[], () => {});
      const seen: TensorId[] = [];
      await fast.execute(inputs, (id, { data }) => {
        seen.push(id);
        if (sha256(data) !== sha256((values.get(id) as TensorData).data))
          throw new Error(`${name}: tensor ${id} differs`);
      });
      expect(seen).toEqual(taps);
    }
  },
);

/** Tensors without which each of `wanted` can still be computed from the others, or is one of them: a cut of the graph. */
function frontier(model: Model, behind: number): ReadonlySet<TensorId> {
  const graph = mainGraph(model);
  const early = new Set([...graph.inputs, ...graph.ops.slice(0, behind).flatMap(({ outputs }) => outputs)]);
  const late = [...graph.outputs, ...graph.ops.slice(behind).flatMap(({ inputs }) => inputs)];
  return new Set(late.filter((id) => isPresent(id) && early.has(id)));
}

/** The values of another run, so that what a partial run leaves alone is not by chance what it should be. */
const others = ({ data, ...value }: TensorData) => ({ ...value, data: data.slice().reverse() }) as TensorData;

test.each(arithmetics)('%s: from any point on, a run gives what a whole one gives', async (arithmetic) => {
  let [runs, branching] = [0, 0];
  for (const { name, model, inputs } of models()) {
    const graph = mainGraph(model);
    const values = await plainValues(model, inputs, arithmetic);
    const wanted = graph.outputs.map((id) => sha256((values.get(id) as TensorData).data));
    const fast = createInt8Executor(model, { arithmetic, kernels: nodeKernels() });
    for (let behind = 0; behind <= graph.ops.length; behind++) {
      const cut = frontier(model, behind);
      await fast.execute(inputs.map(others));
      const given = new Map([...cut].map((id) => [id, values.get(id) as TensorData]));
      const outputs = await fast.executeFrom(given);
      expect(
        outputs.map(({ data }) => sha256(data)),
        `${name} from op ${behind}`,
      ).toEqual(wanted);
      runs++;
      if (cut.size > 1) branching++;
    }
  }
  expect(runs).toBeGreaterThan(30);
  expect(branching).toBeGreaterThan(0);
});

test('one changed tensor beside the inputs changes what depends on it', async () => {
  const arithmetic = 'tflm';
  let compared = 0;
  for (const { name, model, inputs } of models()) {
    const graph = mainGraph(model);
    const values = await plainValues(model, inputs, arithmetic);
    const fast = createInt8Executor(model, { arithmetic, taps: 'all', kernels: nodeKernels() });
    const plain = createInt8Executor(model, { arithmetic, taps: 'all' });
    for (const [index, { outputs }] of graph.ops.entries()) {
      const [changed] = outputs;
      // The plain kernels are slow, so that a part of the tensors has to do.
      if (changed === undefined || index % 8 !== 2) continue;
      const given = new Map(graph.inputs.map((id, k) => [id, inputs[k] as TensorData]));
      given.set(changed, others(values.get(changed) as TensorData));
      const seen = async (executor: typeof fast) => {
        const hashes = new Map<TensorId, string>();
        await executor.executeFrom(given, { watch: (id, { data }) => hashes.set(id, sha256(data)) });
        return hashes;
      };
      expect(await seen(fast), `${name} with tensor ${changed} changed`).toEqual(await seen(plain));
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(10);
});
