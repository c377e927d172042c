import { expect, test } from 'vitest';
import type { OnnxModel } from '../src/core/formats/onnx/graph.ts';
import { checkModel } from '../src/core/model/check.ts';
import { elementCount } from '../src/core/model/data.ts';
import type { TensorData } from '../src/core/model/types.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import { Problem } from '../src/core/problem.ts';
import { translateOnnx } from '../src/core/translate/translate.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { type NodeTest, nodeTestIndex, readNodeTest, withConstants } from './support/onnx-node-tests.ts';
import { noShared, skipNote } from './support/shared.ts';

const runtime = createFloatRuntime();

/** Inputs that say how an op works rather than what it works on, by their position: TFLite wants them constant. */
const settings: Readonly<Record<string, readonly number[]>> = {
  Expand: [1],
  Pad: [1, 2, 3],
  Reshape: [1],
  Resize: [1, 2, 3],
  Slice: [1, 2, 3, 4],
  Split: [1],
  Squeeze: [1],
  Tile: [1],
  TopK: [1],
  Unsqueeze: [1],
  Upsample: [1],
  ReduceMax: [1],
  ReduceMean: [1],
  ReduceSum: [1],
  BatchNormalization: [1, 2, 3, 4],
  ConstantOfShape: [0],
  QuantizeLinear: [1, 2],
  DequantizeLinear: [1, 2],
  QLinearConv: [1, 2, 3, 4, 5, 6, 7, 8],
  QLinearMatMul: [1, 2, 4, 5, 6, 7],
  Dropout: [1, 2],
};

type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'wrong'; readonly why: string };

/** How far a result may be from what is expected: nothing for integers. */
function difference(value: TensorData, expected: TensorData): string | undefined {
  if (`${value.shape}` !== `${expected.shape}`)
    return `shape [${value.shape}] instead of [${expected.shape}]`;
  const exact = !expected.dtype.startsWith('float');
  for (let i = 0; i < elementCount(expected.shape); i++) {
    const [a, b] = [Number(value.data[i]), Number(expected.data[i])];
    if (Object.is(a, b) || a === b) continue;
    const limit = exact ? 0 : 1e-5 + 1e-3 * Math.abs(b);
    if (!(Math.abs(a - b) <= limit)) return `element ${i} is ${a} instead of ${b}`;
  }
  return undefined;
}

async function run(nodeTest: NodeTest, onnx: OnnxModel): Promise<Verdict> {
  try {
    const model = translateOnnx(normalizeOnnx(onnx));
    checkModel(model);
    const executor = await runtime.create(model, []);
    const graph = model.graphs[0];
    const inputs = onnx.graph.inputs.map(({ name }, k) => {
      const value = nodeTest.inputs.get(name);
      const tensor = graph?.tensors[graph.inputs[k] ?? 0];
      if (value === undefined || tensor === undefined) throw new Error(`no input ${name}`);
      const data =
        tensor.dtype === 'int32'
          ? Int32Array.from(value.data as Iterable<number | bigint>, Number)
          : value.data;
      return { shape: value.shape, dtype: tensor.dtype, data };
    });
    const outputs = await executor.execute(inputs);
    executor.dispose();
    const found = outputs.flatMap((value, k) => {
      const expected = nodeTest.outputs[k];
      const text = expected === undefined ? undefined : difference(value, expected);
      return text === undefined ? [] : [`output ${k}: ${text}`];
    });
    return found.length === 0 ? { kind: 'passed' } : { kind: 'wrong', why: found.join('; ') };
  } catch (error) {
    const named = error instanceof Problem && error.code === 'model/unsupported-op';
    return {
      kind: named ? 'refused' : 'wrong',
      why: error instanceof Error ? `${error.message}${named ? '' : error.stack}` : String(error),
    };
  }
}

test.skipIf(noShared)(`ONNX's own node tests: none gives a wrong answer${skipNote}`, async () => {
  const rows: { name: string; verdict: Verdict }[] = [];
  for (const entry of nodeTestIndex()) {
    const nodeTest = readNodeTest(entry);
    const { nodes } = nodeTest.model.graph;
    const asSettings = new Set(
      nodes.flatMap(({ type, inputs }) => (settings[type] ?? []).map((index) => inputs[index] ?? '')),
    );
    const [first] = nodeTest.inputs.keys();
    const computed = await run(
      nodeTest,
      withConstants(nodeTest, (name) => asSettings.has(name)),
    );
    const constant = await run(
      nodeTest,
      withConstants(nodeTest, (name) => name !== first || asSettings.has(name)),
    );
    rows.push({ name: `${entry.name} [${entry.ops}] (computed)`, verdict: computed });
    rows.push({ name: `${entry.name} [${entry.ops}] (constant)`, verdict: constant });
  }
  const of = (kind: Verdict['kind']) => rows.filter(({ verdict }) => verdict.kind === kind);
  console.log(`passed ${of('passed').length}, refused ${of('refused').length}, wrong ${of('wrong').length}`);
  for (const { name, verdict } of of('refused'))
    console.log(`refused ${name}: ${verdict.kind === 'passed' ? '' : verdict.why}`);
  for (const { name, verdict } of of('wrong'))
    console.log(`WRONG ${name}: ${verdict.kind === 'passed' ? '' : verdict.why}`);
  expect(of('wrong')).toEqual([]);
});
