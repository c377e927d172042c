import { afterAll, describe, expect, test } from 'vitest';
import { nodeKernels } from '../src/cli/kernel-builds.ts';
import { calibrate } from '../src/core/calibrate/calibrate.ts';
import { compareOutputs, evaluateModel } from '../src/core/evaluate/outputs.ts';
import type { Proportion } from '../src/core/evaluate/proportion.ts';
import { readIdx } from '../src/core/formats/idx.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { writeTflite } from '../src/core/formats/tflite/write.ts';
import type { Preprocess } from '../src/core/images/preprocess.ts';
import type { SampleSource } from '../src/core/model/samples.ts';
import type { Model } from '../src/core/model/types.ts';
import { prepare } from '../src/core/prepare/prepare.ts';
import { presets } from '../src/core/quantize/presets.ts';
import { quantize } from '../src/core/quantize/quantize.ts';
import { defaultRecipe } from '../src/core/quantize/recipe.ts';
import { chooseRanges } from '../src/core/ranges/choose.ts';
import type { PictureItem } from '../src/core/samples/picture-source.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { cifarTest, picture, rawPixels, rowsOf, sourceFor } from './support/pictures.ts';
import { noShared, readShared, sharedJson, skipNote } from './support/shared.ts';

/**
 * The whole way on real models and pictures: float model and calibration pictures in, our int8 file out, beside the file
 * that TensorFlow 2.21 made of the same, both run by our kernels (litert-reference) on the same test pictures.
 */
interface Reference {
  readonly models: Readonly<
    Record<
      string,
      {
        readonly float_file: string;
        readonly calibration: readonly string[] | number;
        readonly variants: Readonly<
          Record<'int8' | 'int8_per_tensor', { readonly file: string; readonly bytes: number }>
        >;
      }
    >
  >;
}

interface Pictures {
  readonly calibration: readonly PictureItem[];
  readonly test: readonly PictureItem[];
}

interface Case {
  readonly name: string;
  readonly preprocess: Preprocess;
  readonly pictures: (calibration: readonly string[]) => Pictures;
  /** Largest difference of the two accuracies, in points, and smallest share of equal answers. */
  readonly points: number;
  readonly agreement: number;
  /** Largest difference of our accuracy from float's, in points, where the model is made for that. */
  readonly fromFloat?: number;
  /** The same net as others quantized it, for the table. */
  readonly published?: string;
}

function cifar(every: number): Case['pictures'] {
  return (calibration) => ({
    calibration: calibration.map((file) => picture(`cifar10/${file}`)),
    test: cifarTest(every),
  });
}

function idxPictures(name: string, count?: number): readonly PictureItem[] {
  const { shape, data } = readIdx(readShared(`data/mnist/${name}-images-idx3-ubyte`));
  const labels = readIdx(readShared(`data/mnist/${name}-labels-idx1-ubyte`)).data;
  const [all = 0, height = 0, width = 0] = shape;
  return Array.from({ length: count ?? all }, (_, i) => {
    const grey = (data as Uint8Array).subarray(i * height * width, (i + 1) * height * width);
    const rgb = Uint8Array.from({ length: grey.length * 3 }, (_, k) => grey[Math.floor(k / 3)] ?? 0);
    return {
      name: `${name}[${i}]`,
      label: Number(labels[i]),
      load: async () => ({ width, height, data: rgb }),
    };
  });
}

const mnist: Case['pictures'] = () => ({ calibration: idxPictures('calib', 200), test: idxPictures('test') });

function coco(calibration: readonly string[]): Pictures {
  const rows = rowsOf('coco/images.csv').filter(([, , , split]) => split === 'test');
  return {
    calibration: calibration.map((file) => picture(`coco/${file}`)),
    test: rows.map(([file = '', , person]) => picture(`coco/${file}`, Number(person))),
  };
}

function imagenet(calibration: readonly string[]): Pictures {
  const rows = rowsOf('imagenet/images.csv').filter(([file = '']) => file.startsWith('test/'));
  return {
    calibration: calibration.map((file) => picture(`imagenet/${file}`)),
    // The model counts a background class before ImageNet's.
    test: rows.map(([file = '', label]) => picture(`imagenet/${file}`, Number(label) + 1)),
  };
}

const grey: Preprocess = { size: [28, 28], fit: 'stretch', channels: 'grey', mean: [0], std: [255] };

const cases: readonly Case[] = [
  { name: 'resnet8', preprocess: rawPixels(32), pictures: cifar(1), points: 0.3, agreement: 0.98 },
  { name: 'resnet8_large', preprocess: rawPixels(32), pictures: cifar(5), points: 0.3, agreement: 0.99 },
  {
    name: 'mnist_tutorial',
    preprocess: grey,
    pictures: mnist,
    points: 0.2,
    agreement: 0.995,
    fromFloat: 0.2,
  },
  { name: 'mnist_conv_fc', preprocess: grey, pictures: mnist, points: 0.2, agreement: 0.995 },
  {
    name: 'mobilenet_v1_025_224',
    preprocess: {
      size: [224, 224],
      fit: 'crop',
      shortSide: 256,
      channels: 'rgb',
      mean: [127.5],
      std: [127.5],
    },
    pictures: imagenet,
    points: 0.3,
    agreement: 0.99,
    published: 'models/mobilenet_v1_025_224_uint8_qat_ref.tflite',
  },
  { name: 'vww', preprocess: { ...rawPixels(96), std: [255] }, pictures: coco, points: 0.3, agreement: 0.99 },
];

const rows: string[] = [];

const runtime = createFloatRuntime();
const tools = { runtime, arithmetic: 'litert-reference' as const, kernels: nodeKernels() };
const percent = ({ hits, total }: Proportion): string => ((100 * hits) / total).toFixed(2);
const points = (a: Proportion, b: Proportion): number => (100 * Math.abs(a.hits - b.hits)) / a.total;

/** Right answers of one model. */
async function accuracyOf(model: Model, samples: SampleSource): Promise<Proportion> {
  const { accuracy } = await evaluateModel(model, samples, tools);
  if (accuracy === undefined) throw new Error('no accuracy');
  return accuracy.top1;
}

/** TensorFlow's file and ours of the same recipe on the same pictures, with the share of equal answers. */
async function beside(theirs: Model, ours: Model, samples: SampleSource) {
  const result = await compareOutputs({ reference: theirs, candidate: ours }, samples, tools);
  const [a, b] = [result.reference.accuracy?.top1, result.candidate.accuracy?.top1];
  if (a === undefined || b === undefined || result.agreement === undefined) throw new Error('no accuracy');
  return { theirs: a, ours: b, same: result.agreement };
}

const recipes = {
  int8: defaultRecipe,
  int8_per_tensor: presets['int8-per-tensor']?.recipe ?? defaultRecipe,
} as const;

describe(`beside TensorFlow's own quantization of the same model and pictures${skipNote}`, () => {
  test.skipIf(noShared).each(cases)(
    '$name',
    async ({ name, preprocess, pictures, fromFloat, published, ...bounds }) => {
      const entry = sharedJson<Reference>('golden/reference200/index.json').models[name];
      if (entry === undefined) throw new Error(`no entry ${name}`);
      const { calibration, test: testPictures } = pictures(
        typeof entry.calibration === 'number' ? [] : entry.calibration,
      );
      const { model: float } = prepare(readTflite(readShared(entry.float_file)));
      const statistics = await calibrate(float, sourceFor(float, calibration, preprocess), { runtime });
      const ranges = chooseRanges(float, statistics, 'tensorflow');
      const right = await accuracyOf(float, sourceFor(float, testPictures, preprocess));
      rows.push(`${name}, ${right.total} pictures: float ${percent(right)} %`);
      for (const [variant, recipe] of Object.entries(recipes)) {
        const reference = entry.variants[variant as keyof typeof recipes];
        const file = writeTflite(quantize(float, ranges, recipe).model);
        const theirs = readTflite(readShared('golden/reference200', reference.file));
        const samples = sourceFor(theirs, testPictures, preprocess);
        const found = await beside(theirs, readTflite(file), samples);
        const ratio = file.length / reference.bytes;
        rows.push(
          `  ${variant}: TensorFlow ${percent(found.theirs)} %, ours ${percent(found.ours)} %, same class ${percent(found.same)} %, bytes ${ratio.toFixed(4)} of TensorFlow's`,
        );
        expect(points(found.theirs, found.ours)).toBeLessThanOrEqual(bounds.points);
        expect(found.same.hits / found.same.total).toBeGreaterThanOrEqual(bounds.agreement);
        expect(Math.abs(ratio - 1)).toBeLessThan(0.02);
        if (fromFloat !== undefined) expect(points(right, found.ours)).toBeLessThanOrEqual(fromFloat);
      }
      if (published === undefined) return;
      const model = readTflite(readShared(published));
      const accuracy = await accuracyOf(model, sourceFor(model, testPictures, preprocess));
      rows.push(`  published uint8, from training: ${percent(accuracy)} %`);
    },
    300_000,
  );
});

afterAll(() => {
  if (rows.length > 0) console.log(rows.join('\n'));
});
