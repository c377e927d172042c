import { expect, test } from 'vitest';
import type { OnnxModel } from '../src/core/formats/onnx/graph.ts';
import { elementCount } from '../src/core/model/data.ts';
import type { Model, Sample, TensorData } from '../src/core/model/types.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import { Problem } from '../src/core/problem.ts';
import { translateOnnx } from '../src/core/translate/translate.ts';
import { loadLiteRt } from './support/litert.ts';
import { type NodeTest, nodeTestIndex, readNodeTest, withConstants } from './support/onnx-node-tests.ts';
import { runOnnx } from './support/onnx-runtime.ts';
import { noShared, skipNote } from './support/shared.ts';
import { heldInputs, runInLiteRt, runTranslated } from './support/translated.ts';

/** Inputs that say how an op works rather than what it works on, by their positions: TFLite wants them constant. */
const settings: Readonly<Record<string, readonly number[]>> = {
  BatchNormalization: [1, 2, 3, 4],
  ConstantOfShape: [0],
  DequantizeLinear: [1, 2],
  Dropout: [1, 2],
  Expand: [1],
  Pad: [1, 2, 3],
  QLinearConv: [1, 2, 3, 4, 5, 6, 7, 8],
  QLinearMatMul: [1, 2, 4, 5, 6, 7],
  QuantizeLinear: [1, 2],
  ReduceMax: [1],
  ReduceMean: [1],
  ReduceSum: [1],
  Reshape: [1],
  Resize: [1, 2, 3],
  Slice: [1, 2, 3, 4],
  Split: [1],
  Squeeze: [1],
  Tile: [1],
  TopK: [1],
  Unsqueeze: [1],
  Upsample: [1],
};

/** What is refused, and nothing else: each has no counterpart in TensorFlow Lite. */
const refusals: readonly string[] = [
  'test_batchnorm_epsilon_training_mode',
  'test_batchnorm_example_training_mode',
  'test_convtranspose_dilations (computed)',
  'test_maxpool_with_argmax_2d_precomputed_pads',
  'test_maxpool_with_argmax_2d_precomputed_strides',
];

type Verdict = { readonly kind: 'passed' } | { readonly kind: 'refused' | 'wrong'; readonly why: string };

interface Row {
  readonly name: string;
  readonly ops: string;
  readonly verdict: Verdict;
}

const litert = await loadLiteRt();

/** Where a result is not what is expected: integers exactly, floats nearly. */
function difference(value: TensorData | undefined, expected: TensorData): string | undefined {
  if (value === undefined) return 'is missing';
  if (`${value.shape}` !== `${expected.shape}`)
    return `has the shape [${value.shape}], not [${expected.shape}]`;
  const exact = !expected.dtype.startsWith('float');
  for (let i = 0; i < elementCount(expected.shape); i++) {
    const [a, b] = [Number(value.data[i]), Number(expected.data[i])];
    const limit = exact ? 0 : 1e-5 + 1e-3 * Math.abs(b);
    if (!Object.is(a, b) && a !== b && !(Math.abs(a - b) <= limit)) return `[${i}] is ${a}, not ${b}`;
  }
  return undefined;
}

/** What LiteRT says otherwise of the same model; nothing where it agrees or cannot be asked. */
function otherwise(model: Model, inputs: Sample, ours: Sample): readonly string[] {
  const theirs = runInLiteRt(litert, model, inputs);
  return theirs === undefined ? [] : ours.flatMap((value, k) => difference(theirs[k], value) ?? []);
}

async function judge(nodeTest: NodeTest, onnx: OnnxModel): Promise<Verdict> {
  try {
    const model = translateOnnx(normalizeOnnx(onnx));
    const given = onnx.graph.inputs.flatMap(({ name }) => nodeTest.inputs.get(name) ?? []);
    const inputs = heldInputs(model, given);
    const outputs = await runTranslated(model, inputs);
    const compare = (wanted: readonly TensorData[]) =>
      wanted.flatMap((expected, k) => difference(outputs[k], expected) ?? []);
    const off = compare(nodeTest.outputs);
    // Where onnxruntime contradicts the test's data, its answer is right as well.
    const agreed = nodeTest.disputed && off.length > 0;
    const wrong = agreed ? compare([...(await runOnnx(nodeTest.bytes, nodeTest.inputs)).values()]) : off;
    const found = [...wrong, ...otherwise(model, inputs, outputs).map((text) => `LiteRT: ${text}`)];
    return found.length === 0 ? { kind: 'passed' } : { kind: 'wrong', why: found.join('; ') };
  } catch (error) {
    const refused = error instanceof Problem && error.code === 'model/unsupported-op';
    return { kind: refused ? 'refused' : 'wrong', why: String(error) };
  }
}

/** Once with computed weights and operands, and once with all but the first input constant, as models have them. */
async function judgeBoth(entry: ReturnType<typeof nodeTestIndex>[number]): Promise<readonly Row[]> {
  const nodeTest = readNodeTest(entry);
  const fixed = new Set(
    nodeTest.model.graph.nodes.flatMap(({ type, inputs }) =>
      (settings[type] ?? []).map((k) => inputs[k] ?? ''),
    ),
  );
  const [first] = nodeTest.inputs.keys();
  const computed = await judge(
    nodeTest,
    withConstants(nodeTest, (name) => fixed.has(name)),
  );
  const constant = await judge(
    nodeTest,
    withConstants(nodeTest, (name) => name !== first || fixed.has(name)),
  );
  const name = entry.name.split('/').at(-1) ?? '';
  return [
    { name: `${name} (computed)`, ops: entry.ops, verdict: computed },
    { name: `${name} (constant)`, ops: entry.ops, verdict: constant },
  ];
}

function print(rows: readonly Row[]): void {
  const families = [...new Set(rows.map(({ ops }) => ops))].sort();
  const count = (list: readonly Row[], kind: Verdict['kind']) =>
    String(list.filter(({ verdict }) => verdict.kind === kind).length).padStart(8);
  const line = (title: string, list: readonly Row[]) =>
    `${title.padEnd(36)}${count(list, 'passed')}${count(list, 'refused')}${count(list, 'wrong')}`;
  const lines = families.map((ops) =>
    line(
      ops,
      rows.filter((row) => row.ops === ops),
    ),
  );
  const reasons = rows.flatMap(({ name, verdict }) =>
    verdict.kind === 'passed' ? [] : `${name}: ${verdict.why}`,
  );
  const head = `${'ops'.padEnd(36)}  passed refused   wrong`;
  console.log([head, ...lines, line('all', rows), ...reasons].join('\n'));
}

test.skipIf(noShared)(
  `ONNX's own node tests: right in onnxruntime and LiteRT, or refused by name${skipNote}`,
  async () => {
    const rows: Row[] = [];
    for (const entry of nodeTestIndex()) rows.push(...(await judgeBoth(entry)));
    print(rows);
    const of = (kind: Verdict['kind']) =>
      rows.filter(({ verdict }) => verdict.kind === kind).map(({ name }) => name);
    expect(of('wrong')).toEqual([]);
    const expected = refusals.flatMap((name) =>
      name.endsWith(')') ? [name] : [`${name} (computed)`, `${name} (constant)`],
    );
    expect(of('refused').sort()).toEqual(expected.sort());
  },
);
