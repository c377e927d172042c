import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { goldenEntries, readGolden, readIndex } from '../../../tests/support/golden-index.ts';
import { islandModel } from '../../../tests/support/small-models.ts';
import { BuiltinOperator } from '../formats/tflite/generated/tflite_generated.ts';
import { readTflite } from '../formats/tflite/read.ts';
import type { Graph, Op } from '../model/types.ts';
import { recipeFor } from '../quantize/recipe.ts';
import { assessTargets, targets } from './assess.ts';
import type { TargetId } from './target.ts';

const verdicts = (assessment: ReturnType<typeof assessTargets>, id: TargetId) =>
  assessment.nodes.map(({ kind, cells }) => `${kind} ${cells[id].verdict}`);

describe('a dense net with a float op in its middle', () => {
  const assessment = assessTargets(islandModel(), recipeFor('int8', { fallback: 'strict' }));

  test('is shown as it would come out, float island included, although the recipe is strict', () => {
    expect(assessment.outcome.name).toBe('int8 with 1 float island');
    expect(assessment.nodes.map(({ kind, arithmetic }) => `${kind} ${arithmetic}`)).toEqual([
      'FULLY_CONNECTED int8',
      'DEQUANTIZE int8',
      'NEG float',
      'QUANTIZE int8',
      'FULLY_CONNECTED int8',
    ]);
    expect(assessment.nodes[2]?.rewrite).toContain('MUL by −1');
  });

  test('TFLite Micro has the float kernel; the Edge TPU stops and leaves the rest to the CPU', () => {
    expect(assessment.nodes[2]?.cells.tflm).toMatchObject({ verdict: 'fallback' });
    expect(verdicts(assessment, 'edge-tpu').filter((text) => text.endsWith('native'))).toEqual([
      'FULLY_CONNECTED native',
    ]);
    expect(assessment.nodes[4]?.cells['edge-tpu'].reason).toContain('behind op 1');
  });
});

test('Ethos-U takes dense layers with one scale alone; the rewrite says how to keep a scale per channel', () => {
  const [perChannel, perTensor] = (['per-channel', 'per-tensor'] as const).map((denseWeights) =>
    assessTargets(islandModel('RELU'), recipeFor('int8', { denseWeights })),
  );
  expect(perChannel?.nodes[0]?.cells['ethos-u'].reason).toContain('one scale per channel');
  expect(perChannel?.nodes[0]?.rewrite).toContain('CONV_2D of 1 × 1');
  expect(perTensor?.nodes[0]?.cells['ethos-u'].verdict).toBe('native');
});

test.each([
  ['dynamic-range', 'tflm', 'missing'],
  ['uint8', 'tflm', 'missing'],
  ['int16x8', 'xnnpack', 'fallback'],
  ['int16x8', 'edge-tpu', 'fallback'],
  ['float16', 'xnnpack', 'native'],
] as const)('%s on %s: %s', (mode, id, verdict) => {
  const { nodes } = assessTargets(islandModel('RELU'), recipeFor(mode, { minElements: 0 }));
  expect(nodes.find(({ kind }) => kind === 'FULLY_CONNECTED')?.cells[id].verdict).toBe(verdict);
});

test('an activation that could be fused is', () => {
  const [, relu] = assessTargets(islandModel('RELU'), recipeFor('int8')).nodes;
  expect(relu).toMatchObject({
    kind: 'RELU',
    rewrite: expect.stringContaining('fused activation of the FULLY_CONNECTED'),
  });
});

test.each(goldenEntries('models'))(
  '%s: every op has a verdict and, unless it is native, a reason',
  (entry) => {
    const { nodes } = assessTargets(readTflite(readGolden(readIndex(entry).float)), recipeFor('int8'));
    const cells = nodes.flatMap((node) => targets.map(({ id }) => node.cells[id]));
    expect(cells.length).toBeGreaterThan(0);
    expect(cells.filter(({ verdict, reason }) => (verdict === 'native') !== (reason === undefined))).toEqual(
      [],
    );
    expect(nodes.filter(({ cells: { litert } }) => litert.verdict !== 'native')).toEqual([]);
  },
);

test('every operator that a table names exists', () => {
  const files = ['cpu-targets.ts', 'edge-tpu.ts', 'ethos-u.ts'];
  const text = files.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8')).join('\n');
  const tables = [...text.matchAll(/setOf\(\s*[`']([^`']*)[`']/g)].map(([, names = '']) => names);
  const names = tables.flatMap((table) => table.trim().split(/\s+/));
  expect(names.length).toBeGreaterThan(150);
  expect(names.filter((name) => !(name in BuiltinOperator))).toEqual([]);
});

test('a node of an ONNX file that TensorFlow Lite has no ops for runs nowhere', () => {
  const model = islandModel();
  const [graph] = model.graphs as [Graph];
  const ops = graph.ops.map((op): Op => {
    if (op.kind !== 'NEG') return op;
    const { inputs, outputs, version } = op;
    return { kind: 'OPAQUE', name: 'ONNX:com.microsoft.QuickGelu', inputs, outputs, version, options: {} };
  });
  const { nodes } = assessTargets({ ...model, graphs: [{ ...graph, ops }] }, recipeFor('int8'));
  const row = nodes.find(({ kind }) => kind === 'ONNX:com.microsoft.QuickGelu');
  const cell = { verdict: 'missing', reason: 'TensorFlow Lite has no such operator' };
  expect(targets.map(({ id }) => row?.cells[id])).toEqual(targets.map(() => cell));
});
