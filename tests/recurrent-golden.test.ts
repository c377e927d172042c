import { describe, expect, test } from 'vitest';
import { calibrate } from '../src/core/calibrate/calibrate.ts';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { isPresent, mainGraph, tensorAt, withMainGraph } from '../src/core/model/graph.ts';
import { lstmAt } from '../src/core/model/lstm.ts';
import type { SampleSource } from '../src/core/model/samples.ts';
import type { Graph, Model, Op, OpId, Sample, TensorData, TensorId } from '../src/core/model/types.ts';
import { prepare } from '../src/core/prepare/prepare.ts';
import { Problem } from '../src/core/problem.ts';
import { quantize } from '../src/core/quantize/quantize.ts';
import { recipeFor } from '../src/core/quantize/recipe.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { type RecurrentGolden, readRecurrentGolden } from './support/recurrent-golden.ts';

const recipe = recipeFor('int8', { inputType: 'float32', outputType: 'float32' });
/** Of float values: gates pass through C's exp and tanh. */
const tolerance = 1e-6;

function sampleOf({ input }: RecurrentGolden, model: Model): Sample {
  const graph = mainGraph(model);
  const { shape } = tensorAt(graph, graph.inputs[0] as TensorId);
  return [{ shape, dtype: 'float32', data: input }];
}

function sourceOf(sample: Sample): SampleSource {
  return {
    count: 1,
    async *open() {
      yield { name: 'sample', sample };
    },
  };
}

function greatestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((greatest, x, i) => Math.max(greatest, Math.abs(x - (b[i] ?? Number.NaN))), 0);
}

const kinds = ['SVDF', 'LSTM', 'UNIDIRECTIONAL_SEQUENCE_LSTM'];

/** Everything that the recurrent op refers to, position by position. */
function formOf(graph: Graph): unknown {
  const op = graph.ops.find(({ kind }) => kinds.includes(kind)) as Op;
  const describeTensor = (id: TensorId) => {
    if (!isPresent(id)) return 'none';
    const { dtype, shape, quant, data, isVariable = false } = tensorAt(graph, id);
    const scales = quant?.scale.length ? [quant.scale[0], quant.zeroPoint[0]] : [];
    return { dtype, shape, scales, isVariable, bytes: data && Array.from(data) };
  };
  return {
    kind: op.kind,
    version: op.version,
    options: op.options,
    inputs: op.inputs.map(describeTensor),
    outputs: op.outputs.map(describeTensor),
    intermediates: (op.intermediates ?? []).map(describeTensor),
  };
}

describe.each(readRecurrentGolden().map((golden) => [golden.name, golden] as const))('%s', (_, golden) => {
  const { model: float } = prepare(golden.float);

  test('our float kernel answers as TensorFlow’s, and calibration sees what its calibrator sees', async () => {
    const runtime = createFloatRuntime();
    const executor = await runtime.create(float, []);
    const sample = sampleOf(golden, float);
    const [own] = await executor.execute(sample);
    expect(greatestDifference(own?.data as Float32Array, golden.output)).toBeLessThan(tolerance);
    executor.dispose();
    const { byTensor } = await calibrate(float, sourceOf(sample), { runtime });
    for (const [id, { min, max }] of golden.ranges) {
      const seen = byTensor.get(id);
      const [low, high] = [Math.min(0, seen?.min ?? Number.NaN), Math.max(0, seen?.max ?? Number.NaN)];
      // Its maxima start just above 0, and every range includes 0.
      const difference = Math.max(Math.abs(low - Math.min(0, min)), Math.abs(high - max));
      const { name } = tensorAt(mainGraph(float), id);
      expect([name, difference < tolerance]).toEqual([name, true]);
    }
  });

  test('our quantizer writes what TensorFlow’s converter writes', () => {
    const { model } = quantize(float, golden.ranges, recipe);
    expect(formOf(mainGraph(model))).toEqual(formOf(mainGraph(golden.int8)));
  });

  test('our int8 kernel answers as TensorFlow’s on that file', async () => {
    const { model } = quantize(float, golden.ranges, recipe);
    const executor = createInt8Executor(model, { arithmetic: 'litert-reference' });
    const [own] = await executor.execute(sampleOf(golden, float));
    expect(own?.data).toEqual(golden.int8Output);
  });
});

/** The first case of a name, with something changed in its op. */
function changed(name: string, change: (op: Op) => Op): Model {
  const golden = readRecurrentGolden().find((found) => found.name === name);
  if (golden === undefined) throw new Error(`no case ${name}`);
  const graph = mainGraph(golden.float);
  return prepare(withMainGraph(golden.float, { ...graph, ops: graph.ops.map(change) })).model;
}

describe('what no kernel of LiteRT runs stays in float, and why is said', () => {
  const refusal = (model: Model): string => {
    try {
      quantize(model, new Map(), recipe);
    } catch (error) {
      return error instanceof Problem ? error.message : String(error);
    }
    return 'quantized';
  };

  test('an SVDF without a fused RELU, which TensorFlow quantizes all the same', () => {
    const model = changed('svdf_relu', (op) =>
      op.kind === 'SVDF' ? { ...op, options: { ...op.options, activation: 'NONE' } } : op,
    );
    expect(refusal(model)).toContain('takes a fused RELU alone, not NONE');
  });

  test('an LSTM with basic cells', () => {
    const model = changed('lstm_plain', (op) => ({ ...op, inputs: op.inputs.slice(0, 5) }));
    expect(refusal(model)).toContain('only LSTMs of full cells');
  });

  test('an LSTM whose cells are no tanh', () => {
    const model = changed('lstm_plain', (op) =>
      op.kind === 'LSTM' ? { ...op, options: { ...op.options, activation: 'RELU' } } : op,
    );
    expect(refusal(model)).toContain('know TANH alone for cells, not RELU');
  });
});

test.each([
  ['tiny', 0.01, 2 ** -15],
  ['a power of two', 2, 2 ** -14],
  ['above one', 2.01, 2 ** -13],
  ['huge', 1000, 2 ** -9],
])('a cell state’s scale is a power of two that kernels take: %s', (_, greatest, scale) => {
  const [golden] = readRecurrentGolden().filter(({ name }) => name === 'lstm_plain');
  if (golden === undefined) throw new Error('no such case');
  const { model: float } = prepare(golden.float);
  const [op] = mainGraph(float).ops;
  const cellState = op?.inputs[lstmAt.cellState] as TensorId;
  const ranges = new Map(golden.ranges).set(cellState, { min: -greatest, max: 0 });
  const { model } = quantize(float, ranges, recipe);
  expect(tensorAt(mainGraph(model), cellState)).toMatchObject({
    dtype: 'int16',
    quant: { scale: Float32Array.of(scale) },
  });
});

test('one op runs by itself as in a whole run: its states begin at zero', async () => {
  const [golden] = readRecurrentGolden().filter(({ name }) => name === 'seq_plain');
  if (golden === undefined) throw new Error('no such case');
  const executor = createInt8Executor(golden.int8, { arithmetic: 'litert-reference', taps: 'all' });
  const seen = new Map<TensorId, TensorData>();
  await executor.execute(sampleOf(golden, golden.int8), (id, value) =>
    seen.set(id, { ...value, data: value.data.slice() }),
  );
  const op = mainGraph(golden.int8).ops.findIndex(({ kind }) => kinds.includes(kind)) as OpId;
  const inputs = executor.activationsOf(op);
  expect(inputs).toHaveLength(1);
  const [output] = executor.runOp(
    op,
    inputs.map((id) => seen.get(id) as TensorData),
  );
  expect(output?.data).toEqual(seen.get(mainGraph(golden.int8).ops[op]?.outputs[0] as TensorId)?.data);
});
