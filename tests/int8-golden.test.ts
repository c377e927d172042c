import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Arithmetic } from '../src/core/execute/int8/context.ts';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { isPresent, mainGraph, opName, tensorAt } from '../src/core/model/graph.ts';
import type { OpId, TensorData, TensorId } from '../src/core/model/types.ts';
import { Problem } from '../src/core/problem.ts';
import { type GoldenCase, type GoldenModel, goldenInput, readGolden, sha256 } from './support/golden.ts';
import { noShared, shared, skipNote } from './support/shared.ts';

/** Variants that are not int8 throughout. */
const OTHER_SCHEMES = /int16x8|dynamic|float16/;

/** Every file with kernel goldens in a family of the golden folder. */
function* goldenModels(family: string): Generator<GoldenModel> {
  for (const name of readdirSync(shared('golden', family))) {
    for (const file of readdirSync(shared('golden', family, name))) {
      const variant = /^golden_?(.*)\.json$/.exec(file)?.[1];
      if (variant === undefined || OTHER_SCHEMES.test(variant)) continue;
      const int8 = family === 'ops' && variant !== '' ? `int8_${variant}` : variant;
      const model = family === 'published' ? 'model' : int8 === '' ? 'int8' : int8;
      yield readGolden(`${family}/${name}`, file, `${model}.tflite`);
    }
  }
}

interface Row {
  readonly model: string;
  readonly cases: number;
  readonly equal: number;
  readonly differs: readonly string[];
  readonly unsupported?: string;
}

async function runCase(
  golden: GoldenModel,
  run: GoldenCase,
  arithmetic: Arithmetic,
): Promise<{ equal: number; differs: string[] }> {
  const model = readTflite(golden.model);
  const graph = mainGraph(model);
  const wanted = new Map(run.tensors.map(({ tensor, sha256 }) => [tensor, sha256]));
  const differs: string[] = [];
  const executor = createInt8Executor(model, { arithmetic, taps: 'all' });
  const outputs = await executor.execute(
    run.inputs.map((input) => goldenInput(golden.bin, input)),
    (id, value) => {
      const hash = wanted.get(id);
      wanted.delete(id);
      if (hash === undefined || hash === sha256(value)) return;
      const op = graph.ops.find(({ outputs: made }) => made.includes(id));
      differs.push(`${golden.name} ${run.kind} ${id} ${op === undefined ? 'input' : opName(op)}`);
    },
  );
  run.outputs.forEach(({ sha256: hash }, k) => {
    if (sha256(outputs[k] as TensorData) !== hash) differs.push(`${golden.name} ${run.kind} output ${k}`);
  });
  for (const id of wanted.keys()) differs.push(`${golden.name} ${run.kind} ${id} never seen`);
  return { equal: run.tensors.length - differs.length, differs };
}

async function compare(golden: GoldenModel, arithmetic: Arithmetic): Promise<Row> {
  const cases = golden.golden.cases.filter(
    ({ kind, error }) => error === undefined && !refusals.includes(`${golden.name} ${kind}`),
  );
  const row = { model: golden.name, cases: cases.length, equal: 0, differs: [] as string[] };
  try {
    for (const run of cases) {
      const { equal, differs } = await runCase(golden, run, arithmetic);
      row.equal += equal;
      row.differs.push(...differs);
    }
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'model/unsupported-op') throw error;
    return { ...row, unsupported: error.message };
  }
  return row;
}

/** TensorFlow's DIV looks for a zero byte, not for a zero, and divides by zero in this case; we refuse to. */
const refusals = ['ops/div int8 extremes'];

async function compareFamily(family: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const golden of goldenModels(family)) rows.push(await compare(golden, 'litert-reference'));
  return rows;
}

/** One line a model, or one line for all that are equal where there are many. */
function print(family: string, rows: readonly Row[]): void {
  const line = ({ model, cases, equal, differs, unsupported }: Row): string =>
    `${model.padEnd(48)} ${cases} cases  ${String(equal).padStart(5)} tensors equal  ${differs.length} differ  ${unsupported ?? ''}`;
  const supported = rows.filter(({ unsupported }) => unsupported === undefined);
  const total = supported.reduce((sum, { equal }) => sum + equal, 0);
  const shown =
    family === 'models'
      ? rows
      : rows.filter((row) => row.unsupported !== undefined || row.differs.length > 0);
  console.log(
    [...shown.map(line), `${family}: ${supported.length} models equal in ${total} tensors`].join('\n'),
  );
}

test.skipIf(noShared)(`every op output of the golden nets equals TensorFlow's${skipNote}`, async () => {
  const rows = await compareFamily('models');
  print('models', rows);
  expect(rows.flatMap(({ differs }) => differs)).toEqual([]);
  expect(rows.flatMap(({ unsupported }) => unsupported ?? [])).toEqual([]);
  expect(rows.length).toBeGreaterThanOrEqual(27);
});

test.skipIf(noShared).each([
  ['ops', 190],
  ['ai_edge', 50],
  ['published', 7],
])(`golden %s with int8 kernels equal TensorFlow's${skipNote}`, async (family, least) => {
  const rows = await compareFamily(family);
  print(family, rows);
  expect(rows.flatMap(({ differs }) => differs)).toEqual([]);
  expect(rows.filter(({ unsupported }) => unsupported === undefined).length).toBeGreaterThanOrEqual(least);
});

/** Ops whose two arithmetics differ; LOGISTIC and TANH could, but do not on any golden. */
const TWO_ARITHMETICS = ['FULLY_CONNECTED', 'SUM'];

test.skipIf(noShared)(
  `op by op, tflm differs from litert-reference only in ${TWO_ARITHMETICS}${skipNote}`,
  async () => {
    const differing = new Set<string>();
    for (const golden of goldenModels('models')) {
      const model = readTflite(golden.model);
      const graph = mainGraph(model);
      const values = new Map<TensorId, TensorData>();
      const run = golden.golden.cases[1] as GoldenCase;
      await createInt8Executor(model, { arithmetic: 'litert-reference', taps: 'all' }).execute(
        run.inputs.map((input) => goldenInput(golden.bin, input)),
        (id, value) => values.set(id, { ...value, data: value.data.slice() }),
      );
      const tflm = createInt8Executor(model, { arithmetic: 'tflm' });
      graph.ops.forEach((op, id) => {
        const activations = op.inputs.filter(
          (input) => isPresent(input) && tensorAt(graph, input).data === undefined,
        );
        const outputs = tflm.runOp(
          id as OpId,
          activations.map((input) => values.get(input) as TensorData),
        );
        const equal = outputs.every(
          (output, k) => sha256(output) === sha256(values.get(op.outputs[k] as TensorId) as TensorData),
        );
        if (!equal) differing.add(opName(op));
      });
    }
    expect([...differing].filter((name) => !TWO_ARITHMETICS.includes(name))).toEqual([]);
  },
);
