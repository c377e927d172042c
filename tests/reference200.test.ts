import { afterAll, describe, expect, test } from 'vitest';
import { calibrate } from '../src/core/calibrate/calibrate.ts';
import { compareOutputs } from '../src/core/evaluate/outputs.ts';
import { readIdx } from '../src/core/formats/idx.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { writeTflite } from '../src/core/formats/tflite/write.ts';
import type { Preprocess } from '../src/core/images/preprocess.ts';
import { prepare } from '../src/core/prepare/prepare.ts';
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
        readonly variants: { readonly int8: { readonly file: string; readonly bytes: number } };
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
  { name: 'mnist_tutorial', preprocess: grey, pictures: mnist, points: 0.2, agreement: 0.995 },
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
  },
  { name: 'vww', preprocess: { ...rawPixels(96), std: [255] }, pictures: coco, points: 0.3, agreement: 0.99 },
];

const rows: string[] = [];

describe(`beside TensorFlow's own quantization of the same model and pictures${skipNote}`, () => {
  test.skipIf(noShared).each(cases)(
    '$name',
    async ({ name, preprocess, pictures, points, agreement }) => {
      const entry = sharedJson<Reference>('golden/reference200/index.json').models[name];
      if (entry === undefined) throw new Error(`no entry ${name}`);
      const { calibration, test: testPictures } = pictures(
        typeof entry.calibration === 'number' ? [] : entry.calibration,
      );
      const runtime = createFloatRuntime();
      const { model: float } = prepare(readTflite(readShared(entry.float_file)));
      const statistics = await calibrate(float, sourceFor(float, calibration, preprocess), { runtime });
      const ours = quantize(float, chooseRanges(float, statistics, 'tensorflow'), defaultRecipe).model;
      const file = writeTflite(ours);
      const theirs = readTflite(readShared('golden/reference200', entry.variants.int8.file));
      const pair = { reference: theirs, candidate: readTflite(file) };
      const tools = { runtime, arithmetic: 'litert-reference' as const };
      const result = await compareOutputs(pair, sourceFor(theirs, testPictures, preprocess), tools);
      const [a, b] = [result.reference.accuracy?.top1, result.candidate.accuracy?.top1];
      const same = result.agreement;
      if (a === undefined || b === undefined || same === undefined) throw new Error('no accuracy');
      const ratio = file.length / entry.variants.int8.bytes;
      const percent = (hits: number, total: number) => ((100 * hits) / total).toFixed(2).padStart(6);
      rows.push(
        `${name.padEnd(24)}${String(a.total).padStart(5)}   ${percent(a.hits, a.total)}       ${percent(b.hits, b.total)}   ${percent(same.hits, same.total)}        ${ratio.toFixed(4)}`,
      );
      expect(Math.abs(100 * (a.hits - b.hits)) / a.total).toBeLessThanOrEqual(points);
      expect(same.hits / same.total).toBeGreaterThanOrEqual(agreement);
      expect(Math.abs(ratio - 1)).toBeLessThan(0.02);
    },
    300_000,
  );
});

afterAll(() => {
  if (rows.length > 0)
    console.log(
      ['model                pictures   TensorFlow %   ours %   same class %   bytes ratio', ...rows].join(
        '\n',
      ),
    );
});
