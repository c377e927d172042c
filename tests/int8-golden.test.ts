import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nodeKernels } from '../src/cli/kernel-builds.ts';
import { createInt8Executor, type Int8Executor } from '../src/core/execute/int8/executor.ts';
import { createReferenceKernels } from '../src/core/execute/int8/reference/index.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { mainGraph, opName } from '../src/core/model/graph.ts';
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
import { knownBugs } from './support/known-bugs.ts';
import { distance, FUNCTION_TOLERANCE, inexactTensors } from './support/library-functions.ts';
import { noShared } from './support/shared.ts';

/** TensorFlow's optimized kernels, which answered where its reference lacks an op; these two round otherwise. */
const optimizedDiffers = new Set(['DEQUANTIZE', 'QUANTIZE']);

/** A model of the golden data with what TensorFlow's kernels computed for each of its ops. */
interface GoldenModel {
  readonly name: string;
  readonly model: Model;
  readonly cases: readonly KernelCase[];
  /** Tensors whose last digits are the C library's; see library-functions.ts. */
  readonly inexact: ReadonlySet<TensorId>;
}

const variants: readonly VariantName[] = ['int8', 'int8_per_tensor', 'uint8_io', 'int16x8', 'dynamic'];

/** TensorFlow's DIV looks for a zero byte, not for a zero, and divides by zero in this case; we refuse to. */
const refusals = ['ops/div int8 extremes'];

function* goldenModels(group: Group): Generator<GoldenModel> {
  for (const entry of goldenEntries(group)) {
    for (const variant of variants) {
      const golden = readKernelGolden(entry, variant);
      const published = group === 'published' && variant === 'int8';
      const file = published ? readGolden(entry, 'model.tflite') : readVariant(readIndex(entry), variant);
      if (golden === undefined || file === undefined) continue;
      const name = `${entry} ${variant}`;
      const cases = golden.cases.filter(({ kind }) => !refusals.includes(`${name} ${kind}`));
      if (cases.length === 0) continue;
      const model = readTflite(file);
      const float = mainGraph(model).tensors.some(({ dtype }) => dtype === 'float32');
      const optimized = float && golden.referenceRuntime !== 'BUILTIN_REF';
      const inexact = inexactTensors(mainGraph(model), optimized ? optimizedDiffers : undefined);
      yield { name, model, cases, inexact };
    }
  }
}

interface Row {
  readonly name: string;
  readonly cases: number;
  readonly equal: number;
  /** Tensors that differ in the last digits of a library function, or because of them. */
  readonly inexact: number;
  /** The greatest distance of an output behind them. */
  readonly distance: number;
  readonly differs: readonly string[];
  readonly unsupported?: string;
}

/** Both implementations of the kernels stand before the same data. */
const implementations = { plain: createReferenceKernels, fast: nodeKernels() } as const;
type Implementation = keyof typeof implementations;

interface Differences {
  readonly differs: string[];
  readonly inexact: number;
  readonly distance: number;
}

async function runCase(golden: GoldenModel, run: KernelCase, executor: Int8Executor): Promise<Differences> {
  const { name, model } = golden;
  const graph = mainGraph(model);
  const wanted = new Map(run.tensors.map(({ tensor, sha256 }) => [tensor as TensorId, sha256]));
  const differs: string[] = [];
  let [inexact, greatest] = [0, 0];
  const outputs = await executor.execute(run.inputs, (id, { data }) => {
    const hash = wanted.get(id);
    wanted.delete(id);
    if (hash === undefined || hash === sha256(data)) return;
    if (golden.inexact.has(id)) {
      inexact++;
      return;
    }
    const op = graph.ops.find(({ outputs: made }) => made.includes(id));
    differs.push(`${name} ${run.kind} ${id} ${op === undefined ? 'input' : opName(op)}`);
  });
  run.outputs.forEach((theirs, k) => {
    const away = outputs[k] === undefined ? Infinity : distance(outputs[k], theirs);
    const tolerated = golden.inexact.has(graph.outputs[k] as TensorId);
    greatest = Math.max(greatest, away);
    if (away > (tolerated ? outputTolerance(theirs) : 0)) differs.push(`${name} ${run.kind} output ${k}`);
  });
  for (const id of wanted.keys()) differs.push(`${name} ${run.kind} ${id} never seen`);
  return { differs, inexact, distance: greatest };
}

async function compare(golden: GoldenModel, kernels: Implementation): Promise<Row> {
  const { name, cases } = golden;
  const row = { name, cases: cases.length, equal: 0, inexact: 0, distance: 0, differs: [] as string[] };
  try {
    const executor = createInt8Executor(golden.model, {
      arithmetic: 'litert-reference',
      taps: 'all',
      kernels: implementations[kernels],
    });
    for (const run of cases) {
      const { differs, inexact, distance: away } = await runCase(golden, run, executor);
      row.equal += run.tensors.length - differs.length - inexact;
      row.inexact += inexact;
      row.distance = Math.max(row.distance, away);
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

/** An integer may be one step away. */
function outputTolerance({ data }: TensorData): number {
  return data instanceof Float32Array ? FUNCTION_TOLERANCE : 1;
}

/** One line a model, or, where there are many, one line for those that are equal. */
function print(group: Group, rows: readonly Row[]): void {
  const behind = ({ inexact, distance: away }: Row): string =>
    inexact === 0 ? '' : `  ${inexact} by library functions, outputs within ${away.toExponential(1)}`;
  const line = (row: Row): string =>
    `${row.name.padEnd(36)} ${row.cases} cases  ${String(row.equal).padStart(5)} tensors equal  ${row.differs.length} differ${behind(row)}  ${row.unsupported ?? ''}`;
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
  ['models', 39, 6],
  ['ops', 258, 107],
  ['ai_edge', 59, 0],
  ['published', 8, 0],
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
      expect(supported).toBe(rows.length);
    },
  );
});

test('documented bugs of TensorFlow’s kernels, and what ours do instead', () => {
  const root = new URL('..', import.meta.url);
  const lines = knownBugs.map(
    ({ op, theirs, ours, shownBy: [file] }) => `${op}: ${theirs}.\n    Ours: ${ours}. (${file})`,
  );
  console.log(lines.join('\n'));
  for (const {
    shownBy: [file, words],
  } of knownBugs)
    expect(readFileSync(new URL(file, root), 'utf8'), file).toContain(words);
});

test('SUM is no kernel of the reference: its golden data are the optimized kernel’s', () => {
  const sums = [...goldenModels('ops')].filter(({ model }) =>
    mainGraph(model).ops.some((op) => op.kind === 'SUM'),
  );
  const runtimes = sums.map(({ name }) => {
    const [entry, variant] = name.split(' ') as [string, VariantName];
    return variant === 'dynamic' ? undefined : readKernelGolden(entry, variant)?.referenceRuntime;
  });
  expect(sums.length).toBeGreaterThan(0);
  expect(runtimes).not.toContain('BUILTIN_REF');
});

test('DIV refuses the value that stands for zero', async () => {
  const [entry, variant] = ['ops/div', 'int8'] as const;
  const file = readVariant(readIndex(entry), variant);
  const extremes = readKernelGolden(entry, variant)?.cases.find(({ kind }) => kind === 'extremes');
  if (file === undefined || extremes === undefined) throw new Error('the golden data are missing');
  for (const kernels of Object.values(implementations)) {
    const executor = createInt8Executor(readTflite(file), { arithmetic: 'litert-reference', kernels });
    await expect(executor.execute(extremes.inputs)).rejects.toMatchObject({ code: 'compute/runtime' });
  }
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
      const outputs = tflm.runOp(id as OpId, tflm.activationsOf(id as OpId).map(own));
      const equal = outputs.every(({ data }, k) => sha256(data) === sha256(own(op.outputs[k]).data));
      if (!equal) differing.add(opName(op));
    }
  }
  expect([...differing].filter((name) => !twoArithmetics.includes(name))).toEqual([]);
});
