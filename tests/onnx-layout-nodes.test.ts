import { expect, test } from 'vitest';
import { toNhwc } from '../src/core/layout/to-nhwc.ts';
import { checkModel } from '../src/core/model/check.ts';
import { mainGraph, tensorAt } from '../src/core/model/graph.ts';
import type { Dtype, Model, TensorData } from '../src/core/model/types.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import { Problem } from '../src/core/problem.ts';
import { translateOnnx } from '../src/core/translate/translate.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { type NodeTest, nodeTestIndex, readNodeTest, withConstants } from './support/onnx-node-tests.ts';
import { relativeDifference } from './support/onnx-runtime.ts';
import { type ByOrigin, valuesByOrigin } from './support/origin-values.ts';
import { noShared, skipNote } from './support/shared.ts';

const runtime = createFloatRuntime();

/** The node with all but its first operand constant; `undefined` where it is not translated. */
function translated(nodeTest: NodeTest): Model | undefined {
  const [first] = nodeTest.inputs.keys();
  try {
    return translateOnnx(normalizeOnnx(withConstants(nodeTest, (name) => name !== first)));
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function held(value: TensorData, dtype: Dtype): TensorData {
  if (dtype !== 'int32') return value;
  return { ...value, dtype, data: Int32Array.from(value.data as Iterable<number>, Number) };
}

async function outputsOf(model: Model, inputs: ByOrigin): Promise<ByOrigin> {
  return valuesByOrigin(model, await runtime.create(model, []), inputs);
}

/** What goes wrong with a node behind the pass; nothing where it answers as before. */
async function faults(nodeTest: NodeTest, before: Model): Promise<readonly string[]> {
  const graph = mainGraph(before);
  const inputs = new Map(
    graph.inputs.map((id) => {
      const { origin, dtype } = tensorAt(graph, id);
      const name = origin?.name ?? '';
      return [name, held(nodeTest.inputs.get(name) as TensorData, dtype)] as const;
    }),
  );
  const expected = await outputsOf(before, inputs);
  const after = toNhwc(before);
  checkModel(after);
  const actual = await outputsOf(after, inputs);
  return [...expected].flatMap(([name, value]) => {
    const share = relativeDifference(actual.get(name), value);
    return share <= 1e-6 ? [] : [`${nodeTest.name} ${name}: ${share}`];
  });
}

test.skipIf(noShared)(
  `ONNX's node tests answer the same behind the pass${skipNote}`,
  async () => {
    const wrong: string[] = [];
    let run = 0;
    for (const entry of nodeTestIndex()) {
      const nodeTest = readNodeTest(entry);
      const before = translated(nodeTest);
      if (before === undefined) continue;
      run++;
      wrong.push(...(await faults(nodeTest, before)));
    }
    expect(wrong).toEqual([]);
    expect(run).toBeGreaterThan(300);
  },
  240_000,
);
