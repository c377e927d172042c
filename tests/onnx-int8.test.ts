import { afterAll, describe, expect, test } from 'vitest';
import { nodeKernels } from '../src/cli/kernel-builds.ts';
import { calibrate } from '../src/core/calibrate/calibrate.ts';
import type { Executor } from '../src/core/execute/executor.ts';
import type { Arithmetic } from '../src/core/execute/int8/context.ts';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { originalOf } from '../src/core/formats/onnx/outputs.ts';
import { readOnnx } from '../src/core/formats/onnx/read.ts';
import { writeTflite } from '../src/core/formats/tflite/write.ts';
import { fitOfArray, valueFromArray } from '../src/core/images/array-fit.ts';
import { mainGraph, tensorAt } from '../src/core/model/graph.ts';
import type { SampleSource } from '../src/core/model/samples.ts';
import type { Model, Sample, TensorId } from '../src/core/model/types.ts';
import type { NormalizedOnnx } from '../src/core/onnx/normalized.ts';
import { openModel } from '../src/core/pipeline/open-model.ts';
import { quantizeOnnx } from '../src/core/pipeline/quantize-onnx.ts';
import { prepare } from '../src/core/prepare/prepare.ts';
import { quantize } from '../src/core/quantize/quantize.ts';
import { recipeFor } from '../src/core/quantize/recipe.ts';
import { chooseRanges } from '../src/core/ranges/choose.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { AnswersBeside } from './support/answers-beside.ts';
import { loadLiteRt } from './support/litert.ts';
import { type OnnxCase, onnxCases } from './support/onnx-cases.ts';
import { onnxGolden } from './support/onnx-golden.ts';
import type { Labelled } from './support/onnx-samples.ts';
import { noShared, readShared, skipNote } from './support/shared.ts';

/** int8 between float inputs and outputs, so that all runtimes are given and give the same kind of numbers. */
const recipe = recipeFor('int8', { inputType: 'float32', outputType: 'float32' });
const runtime = createFloatRuntime();
const litert = await loadLiteRt();

interface Opened {
  readonly onnx: NormalizedOnnx;
  readonly float: Model;
  readonly sampleOf: (item: Labelled) => Sample;
}

function opened({ file, sizes }: OnnxCase): Opened {
  const { model, onnx } = openModel(file, readShared('models', file), sizes && { sizes });
  if (onnx === undefined) throw new Error(`${file} was not read as ONNX`);
  const float = prepare(model).model;
  const graph = mainGraph(float);
  const input = tensorAt(graph, graph.inputs[0] as TensorId);
  const sampleOf = ({ value }: Labelled): Sample => [
    valueFromArray(value, input, fitOfArray(value.shape, input, file).order),
  ];
  return { onnx, float, sampleOf };
}

function sourceOf(samples: readonly Sample[]): SampleSource {
  return {
    count: samples.length,
    async *open() {
      for (const [i, sample] of samples.entries()) yield { name: String(i), sample };
    },
  };
}

/** Both files that the tool writes, each in a runtime that is not ours, and our own engine beside them. */
async function executorsOf(
  { onnx, float }: Opened,
  samples: SampleSource,
): Promise<Readonly<Record<string, Executor>>> {
  const statistics = await calibrate(float, samples, { runtime });
  const quantized = quantize(float, chooseRanges(float, statistics, recipe.calibrator), recipe);
  const choice = { activations: 'int8', symmetric: false } as const;
  const qdq = await quantizeOnnx({ onnx, float, quantized, recipe, samples, ...choice }, { runtime });
  const file = readOnnx(qdq.bytes);
  const onOnnxruntime: Model = { ...float, original: originalOf(file) };
  const tflite = litert.load(writeTflite(quantized.model));
  const ours = (arithmetic: Arithmetic) =>
    createInt8Executor(quantized.model, { arithmetic, kernels: nodeKernels() });
  return {
    float: await runtime.create(float, []),
    'our engine': ours('tflm'),
    'our engine, xnnpack': ours('xnnpack'),
    'LiteRT, our .tflite': {
      execute: async (sample) => tflite.execute(sample),
      dispose: () => tflite.dispose(),
    },
    'onnxruntime, our .onnx': await runtime.create(onOnnxruntime, []),
  };
}

/** Every runtime's answers beside those of one of them. */
class Table {
  readonly beside = new Map<string, AnswersBeside>();

  add(
    answers: ReadonlyMap<string, Sample>,
    reference: string,
    about: Parameters<AnswersBeside['add']>[2],
  ): void {
    for (const [name, sample] of answers) {
      const beside = this.beside.get(name) ?? new AnswersBeside();
      beside.add(answers.get(reference) ?? [], sample, about);
      this.beside.set(name, beside);
    }
  }

  sqnr(name: string): readonly number[] {
    return this.beside.get(name)?.sqnr ?? [];
  }
}

const decibels = (list: readonly number[]): string => list.map((value) => value.toFixed(1)).join(' ');

describe.skipIf(noShared)(`ONNX models through the whole tool${skipNote}`, () => {
  const lines = [
    'model | outputs of | dB beside float | dB beside our engine, xnnpack | accuracy | same class as float',
  ];
  afterAll(() => console.log(lines.join('\n')));

  test.each(onnxCases)('$file', async (one) => {
    const model = opened(one);
    const { calibration, test: items } = await one.samples();
    const executors = await executorsOf(model, sourceOf(calibration.map(model.sampleOf)));
    const classes = model.onnx.graph.outputs.findIndex(({ name }) => name === one.classes);
    const [float, ours] = [new Table(), new Table()];
    for (const item of items) {
      const answers = new Map<string, Sample>();
      for (const [name, executor] of Object.entries(executors))
        answers.set(name, await executor.execute(model.sampleOf(item)));
      const about = { ...(classes >= 0 && { classes }), label: item.label };
      float.add(answers, 'float', about);
      ours.add(answers, 'our engine, xnnpack', about);
    }
    for (const executor of Object.values(executors)) executor.dispose();

    const own = onnxGolden.models[one.file];
    const ownSqnr = model.onnx.graph.outputs.map(({ name }) => own?.sqnr[name] ?? Number.NaN);
    for (const [name, { sqnr, shares }] of float.beside) {
      const { accuracy, agreement } = shares ?? {};
      lines.push(
        [one.file, name, decibels(sqnr), decibels(ours.sqnr(name)), accuracy, agreement].join(' | '),
      );
    }
    lines.push(
      [one.file, 'onnxruntime’s own', decibels(ownSqnr), '', own?.accuracy, own?.agreement].join(' | '),
    );

    // XNNPACK's arithmetic is exact: not one output differs.
    expect(ours.sqnr('LiteRT, our .tflite').every((value) => value === Number.POSITIVE_INFINITY)).toBe(true);
    for (const [k, other] of ours.sqnr('onnxruntime, our .onnx').entries()) {
      // Both round on the same grids, but not the same operators: onnxruntime leaves some in float, where LiteRT has
      // integers. They lie nearer to each other than to float, or as near where onnxruntime's output is float's.
      expect(other).toBeGreaterThanOrEqual((float.sqnr('our engine, xnnpack')[k] ?? 0) - 0.1);
    }
    for (const name of ['our engine', 'our engine, xnnpack', 'onnxruntime, our .onnx']) {
      const { sqnr, shares } = float.beside.get(name) ?? new AnswersBeside();
      // Integers in every operator cost up to 2.1 dB where onnxruntime keeps some in float.
      for (const [k, value] of sqnr.entries()) expect(value).toBeGreaterThanOrEqual((ownSqnr[k] ?? 0) - 2.5);
      // A file that onnxruntime itself cannot keep apart from guessing says nothing about answers.
      if (own?.agreement === undefined || own.agreement < 0.5) continue;
      expect(shares?.accuracy).toBeGreaterThanOrEqual((own.accuracy ?? 1) - 0.02);
      expect(shares?.agreement).toBeGreaterThanOrEqual(own.agreement - 0.02);
    }
  });
});
