import { readFileSync } from 'node:fs';
import { codecAssets } from '../../src/cli/codec-assets.ts';
import { pictureDecoder } from '../../src/codecs/decode.ts';
import type { Preprocess } from '../../src/core/images/preprocess.ts';
import { mainGraph, tensorAt } from '../../src/core/model/graph.ts';
import type { DecodePicture } from '../../src/core/model/picture.ts';
import type { SampleSource } from '../../src/core/model/samples.ts';
import type { Model } from '../../src/core/model/types.ts';
import { type PictureItem, pictureSource } from '../../src/core/samples/picture-source.ts';
import { shared } from './shared.ts';

let decoder: DecodePicture | undefined;

/** A picture below the shared data folder, decoded as the command line decodes. */
export function picture(path: string, label?: number): PictureItem {
  const load = async () => {
    decoder ??= pictureDecoder(codecAssets());
    return decoder(new Uint8Array(readFileSync(shared('data', path))));
  };
  return { name: path, load, ...(label !== undefined && { label }) };
}

/** Rows of a CSV below the data folder, without its head; no cell of ours holds a comma before the columns we read. */
export function rowsOf(path: string): readonly (readonly string[])[] {
  const lines = readFileSync(shared('data', path), 'utf8').trim().split('\n');
  return lines.slice(1).map((line) => line.split(','));
}

/** Every so many-th of the 2,000 CIFAR-10 test pictures; all classes are equally frequent. */
export function cifarTest(every: number): readonly PictureItem[] {
  return rowsOf('cifar10/test.csv')
    .filter((_, i) => i % every === 0)
    .map(([file = '', label]) => picture(`cifar10/${file}`, Number(label)));
}

/** Colour pictures stretched to a square, pixel values as they are. */
export function rawPixels(size: number): Preprocess {
  return { size: [size, size], fit: 'stretch', channels: 'rgb', mean: [0], std: [1] };
}

/** Pictures as samples of a model's first input. */
export function sourceFor(model: Model, items: readonly PictureItem[], preprocess: Preprocess): SampleSource {
  const graph = mainGraph(model);
  const [id] = graph.inputs;
  if (id === undefined) throw new Error('no input');
  return pictureSource(items, { input: tensorAt(graph, id), preprocess });
}
