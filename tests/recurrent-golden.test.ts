import { describe, expect, test } from 'vitest';
import { calibrate } from '../src/core/calibrate/calibrate.ts';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { isPresent, mainGraph, tensorAt } from '../src/core/model/graph.ts';
import type { SampleSource } from '../src/core/model/samples.ts';
import type { Graph, Model, Op, Sample, TensorId } from '../src/core/model/types.ts';
import { prepare } from '../src/core/prepare/prepare.ts';
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
