import { describe, expect, test } from 'vitest';
import { nodeKernels } from '../src/cli/kernel-builds.ts';
import { createInt8Executor, type Int8Executor } from '../src/core/execute/int8/executor.ts';
import { createReferenceKernels } from '../src/core/execute/int8/reference/index.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { isPresent, mainGraph, opName, tensorAt } from '../src/core/model/graph.ts';
import type { Model, OpId, TensorData, TensorId } from '../src/core/model/types.ts';
import { Problem } from '../src/core/problem.ts';
import {
  type Group,
  goldenEntries,
  readGolden,
  readIndex,
  readVariant,
  sha256,
  type VariantName,
} from './support/golden-index.ts';
import { type KernelCase, readKernelGolden } from './support/kernel-golden.ts';
import { noShared } from './support/shared.ts';

/** A model of the golden data with what TensorFlow's kernels computed for each of its ops. */
interface GoldenModel {
  readonly name: string;
  readonly model: Model;
  readonly cases: readonly KernelCase[];
}

const int8Variants: readonly VariantName[] = ['int8', 'int8_per_tensor', 'uint8_io'];

/** TensorFlow's DIV looks for a zero byte, not for a zero, and divides by zero in this case; we refuse to. */
const refusals = ['ops/div int8 extremes'];

function* goldenModels(group: Group): Generator<GoldenModel> {
  for (const entry of goldenEntries(group)) {
    for (const variant of int8Variants) {
      const golden = readKernelGolden(entry, variant);
      const published = group === 'published' && variant === 'int8';
      const file = published ? readGolden(entry, 'model.tflite') : readVariant(readIndex(entry), variant);
      if (golden === undefined || file === undefined) continue;
      const name = `${entry} ${variant}`;
      const cases = golden.cases.filter(({ kind }) => !refusals.includes(`${name} ${kind}`));
      yield { name, model: readTflite(file), cases };
    }
  }
}

interface Row {
  readonly name: string;
  readonly cases: number;
  readonly equal: number;
  readonly differs: readonly string[];
  readonly unsupported?: string;
}

/** Both implementations of the kernels stand before the same data. */
const implementations = { plain: createReferenceKernels, fast: nodeKernels() } as const;
type Implementation = keyof typeof implementations;

async function runCase(
  { name, model }: GoldenModel,
  run: KernelCase,
  executor: Int8Executor,
): Promise<string[]> {
  const graph = mainGraph(model);
  const wanted = new Map(run.tensors.map(({ tensor, sha256 }) => [tensor as TensorId, sha256]));
  const differs: string[] = [];
  const outputs = await executor.execute(run.inputs, (id, { data }) => {
    const hash = wanted.get(id);
    wanted.delete(id);
    if (hash === undefined || hash === sha256(data)) return;
    const op = graph.ops.find(({ outputs: made }) => made.includes(id));
    differs.push(`${name} ${run.kind} ${id} ${op === undefined ? 'input' : opName(op)}`);
  });
  run.outputs.forEach(({ data }, k) => {
    if (outputs[k] === undefined || sha256(outputs[k].data) !== sha256(data))
      differs.push(`${name} ${run.kind} output ${k}`);
  });
  for (const id of wanted.keys()) differs.push(`${name} ${run.kind} ${id} never seen`);
  return differs;
}

async function compare(golden: GoldenModel, kernels: Implementation): Promise<Row> {
  const row = { name: golden.name, cases: golden.cases.length, equal: 0, differs: [] as string[] };
  try {
    const executor = createInt8Executor(golden.model, {
      arithmetic: 'litert-reference',
      taps: 'all',
      kernels: implementations[kernels],
    });
    for (const run of golden.cases) {
      const differs = await runCase(golden, run, executor);
      row.equal += run.tensors.length - differs.length;
      row.differs.push(...differs);
    }
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'model/unsupported-op') throw error;
    return { ...row, unsupported: error.message };
  }
  return row;
}

async function compareGroup(group: Group, kernels: Implementation): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const golden of goldenModels(group)) rows.push(await compare(golden, kernels));
  return rows;
}

/** One line a model, or, where there are many, one line for those that are equal. */
function print(group: Group, rows: readonly Row[]): void {
  const line = ({ name, cases, equal, differs, unsupported }: Row): string =>
    `${name.padEnd(48)} ${cases} cases  ${String(equal).padStart(5)} tensors equal  ${differs.length} differ  ${unsupported ?? ''}`;
  const supported = rows.filter(({ unsupported }) => unsupported === undefined);
  const total = supported.reduce((sum, { equal }) => sum + equal, 0);
  const shown = rows.filter(
    (row) => group === 'models' || row.unsupported !== undefined || row.differs.length > 0,
  );
  console.log(
    [...shown.map(line), `${group}: ${supported.length} models equal in ${total} tensors`].join('\n'),
  );
}

/** How many models of each group our kernels run at least: all data, and the part of it that stands in the project. */
const least: readonly (readonly [Group, number, number])[] = [
  ['models', 27, 6],
  ['ops', 241, 99],
  ['ai_edge', 52, 0],
  ['published', 7, 0],
];

describe('every op output equals that of TensorFlow’s reference kernels', () => {
  const both = least.flatMap((row) => [[...row, 'plain'] as const, [...row, 'fast'] as const]);
  test.each(both)(
    'golden %s, at least %i (%i committed), %s kernels',
    async (group, all, committed, kernels) => {
      const rows = await compareGroup(group, kernels);
      print(group, rows);
      expect(rows.flatMap(({ differs }) => differs)).toEqual([]);
      const supported = rows.filter(({ unsupported }) => unsupported === undefined).length;
      expect(supported).toBeGreaterThanOrEqual(noShared ? committed : all);
      if (group === 'models') expect(supported).toBe(rows.length);
    },
  );
});

/** Ops whose two arithmetics differ; LOGISTIC and TANH could, but do not on any golden. */
const twoArithmetics: readonly string[] = ['FULLY_CONNECTED', 'SUM'];

async function valuesOf({ model, cases }: GoldenModel): Promise<ReadonlyMap<TensorId, TensorData>> {
  const values = new Map<TensorId, TensorData>();
  const executor = createInt8Executor(model, { arithmetic: 'litert-reference', taps: 'all' });
  await executor.execute(cases[1]?.inputs ?? [], (id, value) =>
    values.set(id, { ...value, data: value.data.slice() }),
  );
  return values;
}

test(`op by op, tflm differs from litert-reference only in ${twoArithmetics.join(' and ')}`, async () => {
  const differing = new Set<string>();
  for (const golden of goldenModels('models')) {
    const graph = mainGraph(golden.model);
    const values = await valuesOf(golden);
    const own = (id: TensorId | undefined) => values.get(id as TensorId) as TensorData;
    const tflm = createInt8Executor(golden.model, { arithmetic: 'tflm' });
    for (const [id, op] of graph.ops.entries()) {
      const activations = op.inputs.filter(
        (input) => isPresent(input) && tensorAt(graph, input).data === undefined,
      );
      const outputs = tflm.runOp(id as OpId, activations.map(own));
      const equal = outputs.every(({ data }, k) => sha256(data) === sha256(own(op.outputs[k]).data));
      if (!equal) differing.add(opName(op));
    }
  }
  expect([...differing].filter((name) => !twoArithmetics.includes(name))).toEqual([]);
});
