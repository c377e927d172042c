import { afterAll, describe, expect, test } from 'vitest';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import type { NormalizedOnnx } from '../src/core/onnx/normalized.ts';
import { Problem } from '../src/core/problem.ts';
import type { QuantizedOnnx } from '../src/core/qdq/options.ts';
import { writeDynamic } from '../src/core/qdq/write-dynamic.ts';
import { valuesToMeasure, writeQdq } from '../src/core/qdq/write-qdq.ts';
import {
  type NodeTest,
  type NodeTestEntry,
  nodeTestIndex,
  readNodeTest,
  withConstants,
} from './support/onnx-node-tests.ts';
import { rangesOf } from './support/onnx-ranges.ts';
import { OnnxSession, relativeDifference, type Values } from './support/onnx-runtime.ts';
import { noShared, skipNote } from './support/shared.ts';

/** The ONNX project's tests of single operators; one entry stands for them all where they are absent. */
const entries: readonly NodeTestEntry[] = noShared
  ? [{ name: '(every operator)', ops: '', disputed: false }]
  : nodeTestIndex().filter(({ disputed }) => !disputed);

/** Logits so far apart that one step of their 8 bits decides between classes. */
const coarse = new Set(['node/test_softmax_large_number', 'pytorch-converted/test_softmax_lastdim']);

/** The model with all inputs fed, and with all but the first as constants, as far as either can be read. */
function modelsOf(one: NodeTest): readonly NormalizedOnnx[] {
  const [first] = one.inputs.keys();
  return [() => false, (name: string) => name !== first].flatMap((isConstant) => {
    try {
      return [normalizeOnnx(withConstants(one, isConstant))];
    } catch (error) {
      if (error instanceof Problem && error.code === 'model/unsupported-op') return [];
      throw error;
    }
  });
}

/** `undefined` where there is nothing to quantize, because it was done. */
function written(write: () => QuantizedOnnx): QuantizedOnnx | undefined {
  try {
    return write();
  } catch (error) {
    if (error instanceof Problem && error.code === 'model/already-quantized') return undefined;
    throw error;
  }
}

describe.skipIf(noShared)(`single operators of the ONNX project, quantized${skipNote}`, () => {
  const counts = { files: 0, integers: 0 };
  afterAll(() => {
    console.log(`node tests, quantized: ${JSON.stringify(counts)}`);
    expect(counts.integers).toBeGreaterThan(100);
  });

  test.each(entries)('$name', async (entry) => {
    const one = readNodeTest(entry);
    for (const onnx of modelsOf(one)) {
      const names = new Set(onnx.graph.inputs.map(({ name }) => name));
      const feeds: Values = new Map([...one.inputs].filter(([name]) => names.has(name)));
      const ranges = await rangesOf(onnx, [feeds]);
      const statically = (): QuantizedOnnx => {
        const needed = new Set(valuesToMeasure(onnx));
        return writeQdq(onnx, new Map([...ranges].filter(([name]) => needed.has(name))));
      };
      for (const file of [written(statically), written(() => writeDynamic(onnx))]) {
        if (file === undefined) continue;
        counts.files++;
        const session = await OnnxSession.of(file.bytes);
        const answers = await session.run(feeds);
        await session.release();
        if (coarse.has(entry.name)) continue;
        onnx.graph.outputs.forEach(({ name }, i) => {
          const expected = one.outputs[i];
          const difference = expected && relativeDifference(answers.get(name), expected);
          if (difference !== 0) counts.integers++;
          // Two steps of 128: one for what goes in, one for what comes out.
          expect(difference).toBeLessThanOrEqual(2 / 128);
        });
      }
    }
  });
});
