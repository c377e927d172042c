import { expect, test } from 'vitest';
import { samePositions } from '../src/core/evaluate/correspondence.ts';
import { compareLayers } from '../src/core/evaluate/layers.ts';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { mainGraph, opName, tensorAt } from '../src/core/model/graph.ts';
import type { Graph, Op, TensorId } from '../src/core/model/types.ts';
import { prepare } from '../src/core/prepare/prepare.ts';
import { dequantize } from '../src/core/quantize/dequantize.ts';
import { quantize } from '../src/core/quantize/quantize.ts';
import { parseRecipe, recipeFor } from '../src/core/quantize/recipe.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { activation, modelOf, type OpSketch } from './support/models.ts';
import { assign, handle, one, read, sums, varHandle } from './support/variable-graphs.ts';

const { model: float } = prepare(sums);
const ranges = new Map(
  [
    [0, -1, 1],
    [2, -4, 8],
    [3, -5, 7],
    [5, -5, 7],
  ].map(([id, min, max]) => [id as TensorId, { min: min ?? 0, max: max ?? 0 }]),
);
const floatIo = { inputType: 'float32', outputType: 'float32' } as const;

test('the range holds all that is read and assigned and the first value', () => {
  const { model } = quantize(float, ranges, recipeFor('int8', floatIo));
  const [main, once] = model.graphs as readonly [Graph, Graph];
  const scale = Float32Array.of(25 / 255);
  for (const id of [2, 3, 5])
    expect(tensorAt(main, id as TensorId)).toMatchObject({ dtype: 'int8', quant: { scale } });
  expect(once.tensors[1]).toMatchObject({ dtype: 'int8', quant: { scale } });
  // −5 is −128: 10 and 20 are 153 and 255 steps above.
  expect(Array.from(new Int8Array(once.tensors[1]?.data ?? []))).toEqual([25, 127]);
});

test('a variable of which one op stays in float is float as a whole', async () => {
  const recipe = parseRecipe({
    ...recipeFor('int8', floatIo),
    rules: [{ operator: 'ASSIGN_VARIABLE', scheme: 'float' }],
  });
  const { model, keptFloat } = quantize(float, ranges, recipe);
  expect(keptFloat.map(({ op, byRule }) => [op, byRule])).toEqual([
    [2, true],
    [4, true],
    [6, true],
  ]);
  expect(keptFloat[0]?.reason).toBe('another op of its variable “v” stays in float (op 4)');
  expect(model.graphs[1]?.tensors[1]).toMatchObject({ dtype: 'float32' });
  const executor = createInt8Executor(model, { arithmetic: 'tflm' });
  expect((await executor.execute(one))[0]?.data).toHaveLength(2);
});

test('the float twin of what came out computes with what the integers stand for', async () => {
  const { model } = quantize(float, ranges, recipeFor('int8', floatIo));
  const twin = dequantize(model);
  const [sum] = await createInt8Executor(twin, { arithmetic: 'tflm' }).execute(one);
  expect(sum?.data[0]).toBeCloseTo(11, 0);
  expect(sum?.data[1]).toBeCloseTo(22, 0);
  expect(twin.graphs.every(({ tensors }) => tensors.every(({ quant }) => quant === undefined))).toBe(true);
});

test('what fixed scales or other ranges give is requantized before it is assigned', () => {
  const ops: readonly OpSketch[] = [
    varHandle(1),
    { kind: 'TANH', inputs: [0], outputs: [2], options: {} },
    assign(1, 2),
    read(1, 3),
  ];
  const model = modelOf([activation([2]), handle, activation([2]), activation([2])], ops, [[0], [3]]);
  const given = new Map([0, 2, 3].map((id) => [id as TensorId, { min: -1, max: 1 }]));
  const { model: int8 } = quantize(prepare(model).model, given, recipeFor('int8'));
  const graph = mainGraph(int8);
  expect(graph.ops.map(({ kind }) => kind)).toEqual([
    'VAR_HANDLE',
    'TANH',
    'QUANTIZE',
    'ASSIGN_VARIABLE',
    'READ_VARIABLE',
  ]);
  const assigned = tensorAt(graph, graph.ops[3]?.inputs[1] as TensorId);
  expect(assigned.quant).toEqual(tensorAt(graph, 3 as TensorId).quant);
});

test('layers: what is read has the error of all before it, and none of its own', async () => {
  const { model } = quantize(float, ranges, recipeFor('int8', floatIo));
  const pair = { reference: float, candidate: model, tensors: samePositions(float, model) };
  const source = {
    count: 1,
    async *open() {
      yield { name: 'one', sample: one };
    },
  };
  const tools = { runtime: createFloatRuntime(), arithmetic: 'tflm', limit: 1 } as const;
  const { tensors, ops } = await compareLayers(pair, source, tools);
  expect(tensors.map(({ candidate }) => candidate)).toEqual([0, 2, 3, 5]);
  expect(ops.map(({ op }) => opName(mainGraph(model).ops[op] as Op))).toContain('ADD');
  expect(ops.map(({ op }) => opName(mainGraph(model).ops[op] as Op))).not.toContain('READ_VARIABLE');
});
