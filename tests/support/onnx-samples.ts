import { readIdx } from '../../src/core/formats/idx.ts';
import { fitPicture } from '../../src/core/images/fit.ts';
import type { Preprocess } from '../../src/core/images/preprocess.ts';
import type { Picture } from '../../src/core/model/picture.ts';
import type { TensorData } from '../../src/core/model/types.ts';
import type { PictureItem } from '../../src/core/samples/picture-source.ts';
import { picture, rowsOf } from './pictures.ts';
import { readShared } from './shared.ts';

/** An input of a model, and what it should come to where that is known. */
export interface Labelled {
  readonly value: TensorData;
  readonly label?: number;
}

export interface Layout {
  readonly size: readonly [number, number];
  readonly channels: 'rgb' | 'bgr' | 'grey';
  /** A pixel p becomes (p − mean) / std. */
  readonly mean: number;
  readonly std: number;
  readonly nhwc?: boolean;
}

export interface Pictures {
  readonly calibration: readonly PictureItem[];
  readonly test: readonly PictureItem[];
}

function everyNth<T>(items: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, Math.floor(items.length / count));
  return items.filter((_, i) => i % step === 0).slice(0, count);
}

function rows(folder: string, file: string, label = 1): readonly PictureItem[] {
  return rowsOf(`${folder}/${file}`).map((row) => picture(`${folder}/${row[0]}`, Number(row[label])));
}

export function cifarPictures(calibration: number, test: number): Pictures {
  return {
    calibration: everyNth(rows('cifar10', 'calib.csv'), calibration),
    test: everyNth(rows('cifar10', 'test.csv'), test),
  };
}

export function flowerPictures(calibration: number, test: number): Pictures {
  return {
    calibration: everyNth(rows('flowers', 'calib.csv'), calibration),
    test: everyNth(rows('flowers', 'test.csv'), test),
  };
}

/** Labelled 1 where a person is seen. */
export function cocoPictures(calibration: number, test: number): Pictures {
  const all = rowsOf('coco/images.csv');
  const part = (split: string): readonly PictureItem[] =>
    all.filter((row) => row[3] === split).map(([file, , person]) => picture(`coco/${file}`, Number(person)));
  return { calibration: everyNth(part('calib'), calibration), test: everyNth(part('test'), test) };
}

/** Handwritten digits, values 0 … 255. */
export function digits(part: 'calib' | 'test', count: number): readonly Labelled[] {
  const images = readIdx(readShared('data', 'mnist', `${part}-images-idx3-ubyte`)).data as Uint8Array;
  const labels = readIdx(readShared('data', 'mnist', `${part}-labels-idx1-ubyte`)).data as Uint8Array;
  return Array.from({ length: count }, (_, i) => ({
    value: {
      dtype: 'float32',
      shape: [1, 1, 28, 28],
      data: Float32Array.from(images.subarray(i * 784, (i + 1) * 784)),
    },
    label: labels[i] ?? 0,
  }));
}

/** Pictures stretched to a model's size and laid out as it wants them. */
export async function samplesOf(items: readonly PictureItem[], layout: Layout): Promise<readonly Labelled[]> {
  const samples: Labelled[] = [];
  for (const { load, label } of items)
    samples.push({ value: laidOut(await load(), layout), ...(label !== undefined && { label }) });
  return samples;
}

function laidOut(loaded: Picture, { size, channels: order, mean, std, nhwc = false }: Layout): TensorData {
  const preprocess: Preprocess = { size, fit: 'stretch', channels: order, mean: [mean], std: [std] };
  const { data: pixels, channels } = fitPicture(loaded, preprocess);
  const [height, width] = size;
  const area = height * width;
  const data = new Float32Array(pixels.length);
  for (let at = 0; at < area; at++)
    for (let c = 0; c < channels; c++) {
      const pixel = pixels[at * channels + (order === 'bgr' ? channels - 1 - c : c)] ?? 0;
      data[nhwc ? at * channels + c : c * area + at] = Math.fround(pixel - mean) / std;
    }
  return {
    dtype: 'float32',
    shape: nhwc ? [1, height, width, channels] : [1, channels, height, width],
    data,
  };
}
