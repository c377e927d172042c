import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { OnnxModel } from '../src/core/formats/onnx/graph.ts';
import { readOnnx } from '../src/core/formats/onnx/read.ts';
import { writeOnnx } from '../src/core/formats/onnx/write.ts';
import type { TensorData } from '../src/core/model/types.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import type { NormalizedOnnx } from '../src/core/onnx/normalized.ts';
import { Problem } from '../src/core/problem.ts';
import { relativeDifference, runOnnx, storedTensor } from './support/onnx-runtime.ts';
import { noShared, readShared, shared, skipNote } from './support/shared.ts';

/** The ONNX project's tests of single operators: a model, its inputs, and what must come out. */
const folder = 'onnx-node-tests';
const names = noShared
  ? ['(every case)']
  : ['node', 'pytorch-converted', 'pytorch-operator'].flatMap((part) =>
      readdirSync(shared(folder, part)).map((name) => `${part}/${name}`),
    );

interface NodeCase {
  readonly model: OnnxModel;
  /** By name, in the order of the model's inputs. */
  readonly inputs: ReadonlyMap<string, TensorData>;
  readonly outputs: readonly TensorData[];
}

function readCase(name: string): NodeCase {
  const model = readOnnx(readShared(folder, name, 'model.onnx'));
  const files = readdirSync(shared(folder, name, 'test_data_set_0'));
  const tensors = (kind: string) =>
    files
      .filter((file) => file.startsWith(kind))
      .map((_, i) => storedTensor(readShared(folder, name, 'test_data_set_0', `${kind}_${i}.pb`)));
  const stored = tensors('input');
  const inputs = new Map(
    model.graph.inputs.flatMap(({ name: input }, i) => {
      const tensor = stored[i];
      return tensor === undefined ? [] : [[input, tensor] as const];
    }),
  );
  return { model, inputs, outputs: tensors('output') };
}

/** The model with some of its inputs as constants. */
function withConstants({ model, inputs }: NodeCase, isConstant: (index: number) => boolean): OnnxModel {
  const { graph } = model;
  const fixed = graph.inputs.filter((_, i) => isConstant(i));
  const constants = new Map(graph.constants);
  for (const { name } of fixed) {
    const value = inputs.get(name);
    if (value !== undefined) constants.set(name, value);
  }
  return { ...model, graph: { ...graph, inputs: graph.inputs.filter((_, i) => !isConstant(i)), constants } };
}

/** The model as it is; where it takes settings from its inputs, with these as constants, the first input too if it must be. */
function normalizedCase(one: NodeCase): NormalizedOnnx {
  const attempts = [() => false, (i: number) => i > 0, () => true];
  for (const isConstant of attempts)
    try {
      return normalizeOnnx(withConstants(one, isConstant));
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'model/unsupported-op') throw error;
    }
  throw new Error('a model of constants takes nothing from its inputs');
}

/** What the model answers with its constants and nothing else; `undefined` where something is left to compute. */
function foldedOutputs(one: NodeCase): readonly (TensorData | undefined)[] {
  const { graph } = normalizeOnnx(withConstants(one, () => true));
  return graph.outputs.map(({ name }) => graph.constants.get(name));
}

/** onnxruntime answers otherwise than the ONNX project there, which says nothing about us. */
function differsAnyway(): ReadonlySet<string> {
  const lines = new TextDecoder().decode(readShared(folder, 'index.csv')).split('\n');
  return new Set(lines.filter((line) => line.endsWith(',differs')).map((line) => line.split(',')[0] ?? ''));
}

describe.skipIf(noShared)(`single operators of the ONNX project${skipNote}`, () => {
  const different = noShared ? new Set<string>() : differsAnyway();
  const counts = { cases: 0, run: 0, folded: 0 };
  afterAll(() => console.log(`node tests: ${JSON.stringify(counts)}`));

  test.each(names)('%s', async (name) => {
    const one = readCase(name);
    const normalized = normalizedCase(one);
    const { graph, values, opset } = normalized;
    counts.cases++;
    expect(graph.outputs.map((output) => values.get(output.name))).toEqual(
      one.outputs.map(({ dtype, shape }) => ({ dtype, shape })),
    );

    const folded = foldedOutputs(one);
    folded.forEach((value, i) => {
      const expected = one.outputs[i];
      if (value === undefined || expected === undefined) return;
      counts.folded++;
      expect(relativeDifference(value, expected)).toBeLessThanOrEqual(2e-7);
    });

    if (different.has(name)) return;
    const feeds = new Map(
      graph.inputs.flatMap(({ name: input }) => {
        const value = one.inputs.get(input);
        return value === undefined ? [] : [[input, value] as const];
      }),
    );
    const results = await runOnnx(writeOnnx(graph, opset), feeds);
    counts.run++;
    graph.outputs.forEach((output, i) => {
      const expected = one.outputs[i];
      const given = results.get(output.name);
      expect(expected && relativeDifference(given, expected)).toBeLessThanOrEqual(1e-5);
    });
  });
});
