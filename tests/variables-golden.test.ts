import { describe, expect, test } from 'vitest';
import { nodeKernels } from '../src/cli/kernel-builds.ts';
import { calibrate } from '../src/core/calibrate/calibrate.ts';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { writeTflite } from '../src/core/formats/tflite/write.ts';
import { bytesOf, elementsOf } from '../src/core/model/data.ts';
import { mainGraph, tensorAt } from '../src/core/model/graph.ts';
import type { SampleSource } from '../src/core/model/samples.ts';
import type { Graph, Model, Sample, TensorData, TensorId } from '../src/core/model/types.ts';
import { onceGraphs, variableUses } from '../src/core/model/variables.ts';
import { prepare } from '../src/core/prepare/prepare.ts';
import { quantize } from '../src/core/quantize/quantize.ts';
import { recipeFor } from '../src/core/quantize/recipe.ts';
import { chooseRanges } from '../src/core/ranges/choose.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { type Answered, readVariablesGolden } from './support/variables-golden.ts';

/** Of float values: tanh is C's. */
const tolerance = 1e-6;
const floatIo = { inputType: 'float32', outputType: 'float32' } as const;
const recipes = { int8: recipeFor('int8', floatIo), int16x8: recipeFor('int16x8', floatIo) };
const golden = readVariablesGolden();

function numbersOf(bytes: Uint8Array, dtype: TensorData['dtype']): readonly number[] {
  return Array.from(elementsOf(bytes, dtype, bytes.length / 4) as Iterable<number>, Number);
}

/** Greatest difference between what we and TensorFlow answer. */
function differenceOf(own: Sample, wanted: readonly Uint8Array[]): number {
  const differences = own.flatMap(({ dtype, data }, k) =>
    numbersOf(wanted[k] as Uint8Array, dtype).map((x, i) => Math.abs(x - Number(data[i] ?? Number.NaN))),
  );
  return differences.reduce((most, x) => Math.max(most, x), 0);
}

const files = golden.flatMap(({ name, float, quantized, inputs }) =>
  Object.entries({ float, ...quantized }).map(
    ([kind, answered]) => [`${name} ${kind}`, answered, inputs] as [string, Answered, readonly Sample[]],
  ),
);

describe('variables hold their values from run to run as in TensorFlow’s interpreter', () => {
  test.each(files)('%s', async (name, { model, outputs }, inputs) => {
    for (const kernels of [undefined, nodeKernels()]) {
      const options = { arithmetic: 'litert-reference', ...(kernels && { kernels }) } as const;
      const kept = createInt8Executor(model, { ...options, state: 'kept' });
      const fresh = createInt8Executor(model, options);
      for (const [run, sample] of inputs.entries()) {
        const own = await kept.execute(sample);
        const wanted = outputs[run] as readonly Uint8Array[];
        if (name === 'cell float') expect(differenceOf(own, wanted)).toBeLessThan(tolerance);
        else expect(own.map(({ data }) => bytesOf(data))).toEqual(wanted);
        const anew = createInt8Executor(model, options);
        expect(await fresh.execute(sample)).toEqual(await anew.execute(sample));
      }
    }
  });
});

function sourceOf(samples: readonly Sample[]): SampleSource {
  return {
    count: samples.length,
    async *open() {
      for (const [k, sample] of samples.entries()) yield { name: `sample ${k}`, sample };
    },
  };
}

describe.each(golden.map((each) => [each.name, each] as const))('%s', (_, each) => {
  const { model: float } = prepare(each.float.model);

  test('the float reference begins every run afresh, or goes on, as is asked', async () => {
    const runtime = createFloatRuntime();
    const executor = await runtime.create(float, []);
    const own = createInt8Executor(float, { arithmetic: 'litert-reference' });
    for (const sample of each.inputs) {
      const wanted = (await own.execute(sample)).map(({ data }) => bytesOf(data));
      expect(differenceOf(await executor.execute(sample), wanted)).toBeLessThan(tolerance);
    }
    const first = await executor.execute(each.inputs[0] as Sample);
    expect(differenceOf(first, each.float.outputs[0] ?? [])).toBeLessThan(tolerance);
    executor.dispose();
    const kept = await runtime.create(float, [], { variables: 'kept' });
    for (const [run, sample] of each.inputs.entries())
      expect(differenceOf(await kept.execute(sample), each.float.outputs[run] ?? [])).toBeLessThan(tolerance);
    kept.dispose();
  });

  test.each([
    ['one sample', 1],
    ['all samples, variables going on from one to the next', 12],
  ])('calibration sees what TensorFlow’s calibrator sees in %s', async (_, count) => {
    const source = sourceOf(each.calibration.slice(0, count));
    const statistics = await calibrate(float, source, { runtime: createFloatRuntime() });
    const seen = chooseRanges(float, statistics, 'tensorflow');
    const wanted = count === 1 ? each.firstRanges : each.ranges;
    for (const [id, { min, max }] of wanted) {
      const range = seen.get(id);
      const [low, high] = [Math.min(0, range?.min ?? Number.NaN), Math.max(0, range?.max ?? Number.NaN)];
      const difference = Math.max(Math.abs(low - Math.min(0, min)), Math.abs(high - Math.max(0, max)));
      const { name } = tensorAt(mainGraph(float), id);
      expect([name, difference < tolerance]).toEqual([name, true]);
    }
  });

  test('is written as it was read', () => {
    for (const { model } of [each.float, ...Object.values(each.quantized)])
      expect(readTflite(writeTflite(model))).toEqual(model);
  });
});

/** Everything about the variables of a model, in execution order of each graph. */
function variablesOf(model: Model): unknown {
  const describeGraph = (graph: Graph) =>
    variableUses(graph).map(({ op, kind, name, value }) => {
      const { dtype, shape, quant, data } = tensorAt(graph, value);
      const [scale, zeroPoint] = [quant?.scale[0], quant?.zeroPoint[0]];
      const { version } = graph.ops[op] ?? {};
      return { kind, version, name, dtype, shape, scale, zeroPoint, bytes: data && [...data] };
    });
  const once = [...onceGraphs(model)].map((index) => describeGraph(model.graphs[index] as Graph));
  return [describeGraph(mainGraph(model)), ...once];
}

function runtimeVersion({ metadata }: Model): string {
  const entry = metadata.find(({ name }) => name === 'min_runtime_version');
  return Buffer.from(entry?.data ?? []).toString();
}

/** TensorFlow assigns a tanh, whose scale is fixed, to a variable of another scale; we requantize it. */
const onPurpose = 'cell';

const compared = golden.flatMap((each) =>
  (['int8', 'int16x8'] as const).flatMap((mode) => {
    const theirs = each.quantized[mode];
    return theirs === undefined ? [] : [[`${each.name} ${mode}`, { each, mode, theirs }] as const];
  }),
);

describe('our quantizer gives variables what TensorFlow’s older one gives them', () => {
  test.each(compared)('%s', async (_, { each, mode, theirs }) => {
    const { model: float } = prepare(each.float.model);
    const { model, keptFloat } = quantize(float, each.ranges, recipes[mode]);
    expect(keptFloat).toEqual([]);
    const [ours, wanted] = [variablesOf(model), variablesOf(theirs.model)];
    if (each.name === onPurpose) expect(ours).not.toEqual(wanted);
    else expect(ours).toEqual(wanted);
    // The older quantizer leaves the float model's entry as it is, whatever 16-bit kernels need.
    if (mode === 'int8') expect(runtimeVersion(model)).toBe(runtimeVersion(theirs.model));
  });

  test.each(compared)(
    '%s: our file answers as near to float as theirs',
    async (_, { each, mode, theirs }) => {
      const { model: float } = prepare(each.float.model);
      const { model } = quantize(float, each.ranges, recipes[mode]);
      const file = readTflite(writeTflite(model));
      const executor = createInt8Executor(file, { arithmetic: 'litert-reference', state: 'kept' });
      const [output] = mainGraph(theirs.model).ops.slice(-1);
      const step = tensorAt(mainGraph(theirs.model), output?.inputs[0] as TensorId).quant?.scale[0] ?? 0;
      for (const [run, sample] of each.inputs.entries()) {
        const wanted = each.float.outputs[run] ?? [];
        const [own] = await executor.execute(sample);
        const { shape, dtype } = own as TensorData;
        const bytes = theirs.outputs[run]?.[0] as Uint8Array;
        const their = { shape, dtype, data: Float32Array.from(numbersOf(bytes, dtype)) };
        const limit = differenceOf([their], wanted) + 4 * step;
        expect(differenceOf([own as TensorData], wanted)).toBeLessThan(limit);
      }
    },
  );

  test('all that a variable holds has one scale, where TensorFlow lets the bytes stand for other numbers', () => {
    const each = golden.find(({ name }) => name === onPurpose);
    const scales = (model: Model) =>
      new Set(
        variableUses(mainGraph(model))
          .filter(({ name }) => name === 'hidden')
          .map(({ value }) => tensorAt(mainGraph(model), value).quant?.scale[0]),
      );
    const { model: float } = prepare(each?.float.model as Model);
    const { model } = quantize(float, each?.ranges ?? new Map(), recipes.int8);
    expect(scales(model).size).toBe(1);
    expect(scales(each?.quantized.int8?.model as Model).size).toBe(2);
  });
});
