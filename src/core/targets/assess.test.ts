import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { goldenEntries, readGolden, readIndex } from '../../../tests/support/golden-index.ts';
import { activation, constant, modelOf, type OpSketch } from '../../../tests/support/models.ts';
import { islandModel } from '../../../tests/support/small-models.ts';
import { BuiltinOperator } from '../formats/tflite/generated/tflite_generated.ts';
import { readTflite } from '../formats/tflite/read.ts';
import { mainGraph } from '../model/graph.ts';
import type { Graph, Model, Op, Shape, Tensor } from '../model/types.ts';
import { recipeFor } from '../quantize/recipe.ts';
import { assessTargets, targets } from './assess.ts';
import type { TargetId } from './target.ts';
import { type OpView, viewOf } from './view.ts';

const verdicts = (assessment: ReturnType<typeof assessTargets>, id: TargetId) =>
  assessment.nodes.map(({ kind, cells }) => `${kind} ${cells[id].verdict}`);

/** What the rules see of an int8 op of any name, from one tensor to another. */
function int8View(kind: string): OpView {
  const graph = mainGraph(islandModel('RELU'));
  return { ...viewOf(graph, graph.ops[1] as Op), kind, arithmetic: 'int8' };
}

describe('a dense net with a float op in its middle', () => {
  const assessment = assessTargets(
    islandModel(),
    recipeFor('int8', { fallback: 'strict', denseWeights: 'per-tensor' }),
  );

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

type Rewritten = readonly [kind: 'MEAN' | 'REDUCE_MAX', axes: readonly number[] | undefined];

/** x [1,4,4,3] → the reduction along the given axes, or along axes that are an input of the model. */
function reductionModel([kind, axes]: Rewritten): Model {
  const count = axes?.length ?? 2;
  const given: Tensor =
    axes === undefined
      ? { ...activation([count]), dtype: 'int32' }
      : constant({ dtype: 'int32', shape: [count], data: Int32Array.from(axes) });
  const op: OpSketch = { kind, options: { keepDims: false }, inputs: [0, 1], outputs: [2] };
  const left = [1, 4, 4, 3].filter((_, axis) => !(axes ?? [1, 2]).includes(axis));
  return modelOf([activation([1, 4, 4, 3]), given, activation(left)], [op], [[0], [2]]);
}

describe('a reduction of a picture', () => {
  test.each([
    [['MEAN', [1, 2]], true, 'native'],
    [['MEAN', [-2, -3]], true, 'native'],
    [['MEAN', [2]], false, 'native'],
    [['MEAN', [3]], false, 'fallback'],
    [['MEAN', []], false, 'fallback'],
    [['MEAN', undefined], false, 'fallback'],
    [['REDUCE_MAX', [2]], false, 'native'],
    [['REDUCE_MAX', undefined], false, 'native'],
  ] as const)('%j is a pool: %s; on the Edge TPU %s', (form, pooled, edge) => {
    const { nodes } = assessTargets(reductionModel(form), recipeFor('int8'));
    const row = nodes.find(({ kind }) => kind === form[0]);
    expect(row?.rewrite?.includes('window of the whole picture') ?? false).toBe(pooled);
    expect(row?.cells['edge-tpu'].verdict).toBe(edge);
  });
});

const oneInput = { options: {}, inputs: [0], outputs: [1] } as const;

describe('a target with a runtime beneath it', () => {
  const exp = modelOf([activation([1, 4]), activation([1, 4])], [{ kind: 'EXP', ...oneInput }], [[0], [1]]);
  const expand = (shape: Shape): Model => {
    const axis = constant({ dtype: 'int32', shape: [1], data: Int32Array.of(0) });
    const op: OpSketch = { kind: 'EXPAND_DIMS', options: {}, inputs: [0, 1], outputs: [2] };
    return modelOf([activation(shape), axis, activation([1, ...shape])], [op], [[0], [2]]);
  };

  test('misses what that runtime misses', () => {
    const { nodes } = assessTargets(exp, recipeFor('int8'));
    const { cells } = nodes.find(({ kind }) => kind === 'EXP') ?? {};
    expect(cells).toMatchObject({
      litert: { verdict: 'native' },
      tflm: { verdict: 'missing' },
      'ethos-u': { verdict: 'missing', reason: cells?.['cmsis-nn'].reason },
      'edge-tpu': { verdict: 'fallback' },
    });
  });

  test('a rewrite is shown where it helps, and says where', () => {
    const [helpless] = assessTargets(expand([1, 4]), recipeFor('int8')).nodes;
    expect(helpless).toMatchObject({ kind: 'EXPAND_DIMS', cells: { 'cmsis-nn': { verdict: 'fallback' } } });
    expect(helpless?.rewrite).toBeUndefined();
    const [mean] = assessTargets(reductionModel(['MEAN', [1, 2]]), recipeFor('int8')).nodes;
    expect(mean?.rewrite).toBe(
      'AVERAGE_POOL_2D with a window of the whole picture, then RESHAPE (better on CMSIS-NN)',
    );
  });
});

test('an operator that no runtime has is missing on the Edge TPU as well, and so are integers without a kernel', () => {
  for (const kind of ['SIN', 'CUSTOM:mine'])
    expect(targets.map(({ assess }) => assess(int8View(kind)).verdict)).toEqual(targets.map(() => 'missing'));
});

test('the Edge TPU takes dense layers with one scale alone', () => {
  const [perChannel, perTensor] = (['per-channel', 'per-tensor'] as const).map((denseWeights) =>
    assessTargets(islandModel('RELU'), recipeFor('int8', { denseWeights })),
  );
  expect(perChannel?.nodes[0]?.cells['edge-tpu']).toMatchObject({
    verdict: 'fallback',
    reason: expect.stringContaining('one scale per channel'),
  });
  expect(perTensor?.nodes[0]?.cells['edge-tpu'].verdict).toBe('native');
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
