import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { writeTflite } from '../src/core/formats/tflite/write.ts';
import { mainGraph, tensorAt } from '../src/core/model/graph.ts';
import type { SampleSource } from '../src/core/model/samples.ts';
import { storedValues } from '../src/core/model/stored-values.ts';
import type { Model, Sample, TensorData } from '../src/core/model/types.ts';
import { quantizeModel } from '../src/core/pipeline/quantize-model.ts';
import { defaultRecipe } from '../src/core/quantize/recipe.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { examplePictures } from '../tools/example/files.ts';
import { samplesOf } from '../tools/example/samples.ts';
import { goldenEntries, readCalibration, readGolden, readIndex } from './support/golden-index.ts';
import { type LiteRt, loadLiteRt } from './support/litert.ts';
import { compareOpByOp } from './support/per-op-oracle.ts';
import { cifarTest, rawPixels, sourceFor } from './support/pictures.ts';
import { noShared } from './support/shared.ts';

/** Files that we quantize and write, run by a TensorFlow Lite that is not ours, on the samples they were calibrated with. */
interface Case {
  readonly name: string;
  readonly bytes: () => Uint8Array;
  readonly calibration: () => SampleSource;
  /** What both are asked; the calibration samples unless given. */
  readonly test?: (model: Model) => SampleSource;
}

const example: Case = {
  name: 'the example',
  bytes: () =>
    new Uint8Array(readFileSync(join(import.meta.dirname, '../public/examples/fruit/model.tflite'))),
  calibration: () => samplesOf(examplePictures),
};

/** Golden nets that are classifiers. */
const classifiers = [
  'models/resnet8',
  'models/resnet8_large',
  'models/vww',
  'models/mnist',
  'models/mbv2_cifar',
  'models/kws',
];
/** They get 200 test pictures: their few calibration samples would make one answer weigh 3 %. */
const cifarNets = ['models/resnet8', 'models/resnet8_large', 'models/mbv2_cifar'];
const golden = goldenEntries('models')
  .filter((entry) => classifiers.includes(entry))
  .map((entry): Case => {
    const index = readIndex(entry);
    const samples = () => readCalibration(index);
    return {
      name: entry,
      bytes: () => readGolden(index.float),
      ...(cifarNets.includes(entry) &&
        !noShared && { test: (model) => sourceFor(model, cifarTest(10), rawPixels(32)) }),
      calibration: () => ({
        count: samples().length,
        async *open() {
          for (const [i, sample] of samples().entries()) yield { name: `calib[${i}]`, sample };
        },
      }),
    };
  });

const rows: string[] = [];

function argmax({ data }: TensorData): number {
  const scores = Array.from(data as Int8Array);
  return scores.indexOf(Math.max(...scores));
}

/** Largest difference of any output element, steps. */
function largestDifference(a: TensorData, b: TensorData): number {
  return (a.data as Int8Array).reduce(
    (largest, x, i) => Math.max(largest, Math.abs(x - ((b.data as Int8Array)[i] ?? 0))),
    0,
  );
}

async function exported({
  bytes,
  calibration,
  test = calibration,
}: Case): Promise<{ file: Uint8Array; inputs: readonly Sample[] }> {
  const model = readTflite(bytes());
  const tools = { runtime: createFloatRuntime(), arithmetic: 'tflm' as const };
  const { quantized } = await quantizeModel({ model, samples: calibration(), recipe: defaultRecipe }, tools);
  const graph = mainGraph(quantized.model);
  const [id] = graph.inputs;
  if (id === undefined) throw new Error('no input');
  const input = tensorAt(graph, id);
  const inputs: Sample[] = [];
  for await (const { sample } of test(model).open()) {
    const [real] = sample;
    const data = storedValues((real as TensorData).data as Float32Array, input);
    inputs.push([{ shape: input.shape, dtype: input.dtype, data }]);
  }
  return { file: writeTflite(quantized.model), inputs };
}

async function compareAnswers(litert: LiteRt, file: Uint8Array, inputs: readonly Sample[]) {
  const ours = createInt8Executor(readTflite(file), { arithmetic: 'tflm' });
  const theirs = litert.load(file);
  let [same, largest] = [0, 0];
  for (const sample of inputs) {
    const [[a], [b]] = [await ours.execute(sample), theirs.execute(sample)];
    if (a === undefined || b === undefined) throw new Error('no output');
    if (argmax(a) === argmax(b)) same += 1;
    largest = Math.max(largest, largestDifference(a, b));
  }
  theirs.dispose();
  return { same, largest };
}

test.each([example, ...golden])('$name: our file runs in LiteRT with our answers', async (one) => {
  const litert = await loadLiteRt();
  const { file, inputs } = await exported(one);
  const { same, largest } = await compareAnswers(litert, file, inputs);
  const executor = createInt8Executor(readTflite(file), { arithmetic: 'tflm' });
  const ops = compareOpByOp(litert, file, executor, inputs.slice(0, 4));
  const worst = Math.max(...ops.map((op) => op.largest));
  rows.push(
    `${one.name.padEnd(24)}${same}/${inputs.length} same class, outputs at most ${largest} steps apart; op by op at most ${worst}`,
  );
  expect(same / inputs.length).toBeGreaterThanOrEqual(0.95);
  expect(worst).toBeLessThanOrEqual(1);
});

afterAll(() => console.log(rows.join('\n')));
