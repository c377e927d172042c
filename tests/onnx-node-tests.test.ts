import { afterAll, describe, expect, test } from 'vitest';
import { writeOnnx } from '../src/core/formats/onnx/write.ts';
import type { TensorData } from '../src/core/model/types.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import type { NormalizedOnnx } from '../src/core/onnx/normalized.ts';
import { Problem } from '../src/core/problem.ts';
import {
  type NodeTest,
  type NodeTestEntry,
  nodeTestIndex,
  readNodeTest,
  withConstants,
} from './support/onnx-node-tests.ts';
import { relativeDifference, runOnnx } from './support/onnx-runtime.ts';
import { noShared, skipNote } from './support/shared.ts';

/** The ONNX project's tests of single operators; one entry stands for them all where they are absent. */
const entries: readonly NodeTestEntry[] = noShared
  ? [{ name: '(every operator)', ops: '', disputed: false }]
  : nodeTestIndex();

/** The model as it is; where it takes settings from its inputs, with these as constants, the first input too if it must be. */
function normalized(one: NodeTest): NormalizedOnnx {
  const [first] = one.inputs.keys();
  for (const isConstant of [() => false, (name: string) => name !== first, () => true])
    try {
      return normalizeOnnx(withConstants(one, isConstant));
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'model/unsupported-op') throw error;
    }
  throw new Error('a model of constants takes nothing from its inputs');
}

/** What the model answers with its constants and nothing else; `undefined` where something is left to compute. */
function foldedOutputs(one: NodeTest): readonly (TensorData | undefined)[] {
  const { graph } = normalizeOnnx(withConstants(one, () => true));
  return graph.outputs.map(({ name }) => graph.constants.get(name));
}

describe.skipIf(noShared)(`single operators of the ONNX project${skipNote}`, () => {
  const counts = { cases: 0, run: 0, folded: 0 };
  afterAll(() => {
    console.log(`node tests: ${JSON.stringify(counts)}`);
    // A filter may have left tests out.
    if (counts.cases === entries.length) expect(counts.folded).toBeGreaterThan(250);
  });

  test.each(entries)('$name', async (entry) => {
    const one = readNodeTest(entry);
    const { graph, values, opset } = normalized(one);
    counts.cases++;
    expect(graph.outputs.map(({ name }) => values.get(name))).toEqual(
      one.outputs.map(({ dtype, shape }) => ({ dtype, shape })),
    );

    foldedOutputs(one).forEach((value, i) => {
      const expected = one.outputs[i];
      if (value === undefined || expected === undefined) return;
      counts.folded++;
      expect(relativeDifference(value, expected)).toBeLessThanOrEqual(2e-7);
    });

    // onnxruntime answers otherwise than the ONNX project there, which says nothing about us.
    if (entry.disputed) return;
    const names = new Set(graph.inputs.map(({ name }) => name));
    const feeds = new Map([...one.inputs].filter(([name]) => names.has(name)));
    const results = await runOnnx(writeOnnx(graph, opset), feeds);
    counts.run++;
    graph.outputs.forEach(({ name }, i) => {
      const expected = one.outputs[i];
      expect(expected && relativeDifference(results.get(name), expected)).toBeLessThanOrEqual(1e-5);
    });
  });
});
