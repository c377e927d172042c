import { DETECT_LENGTH, detect } from '../formats/detect.ts';
import { readIdx } from '../formats/idx.ts';
import { type NpyArray, openNpy } from '../formats/npy.ts';
import { openNpz } from '../formats/npz.ts';
import type { RandomAccess } from '../formats/random-access.ts';
import { Problem } from '../problem.ts';
import { arraySource, matchArrays, type NamedArray } from './array-source.ts';
import { deliverArray, deliverPictures, type OpenedSamples, type SampleOptions } from './deliver.ts';
import { type GivenLabels, orderedLabels } from './given-labels.ts';
import { zipItems } from './zip-items.ts';

/** A file of samples, wherever it lies. */
export interface SampleFile {
  /** What messages and samples are called after. */
  readonly name: string;
  readonly file: RandomAccess;
}

/** The whole of a file. */
export function readWhole({ file }: SampleFile): Promise<Uint8Array> {
  return file.read(0, file.size);
}

/** An IDX file, which is held in memory, behind the interface of arrays on disk. */
async function idxArray(source: SampleFile): Promise<NpyArray> {
  const { shape, dtype, data } = readIdx(await readWhole(source));
  return { shape, dtype, read: async (start, count) => data.slice(start, start + count) };
}

/** Values for each of several inputs, or of one. */
export function deliverArrays(
  arrays: readonly NamedArray[],
  { inputs }: SampleOptions,
  labels: GivenLabels,
): OpenedSamples {
  const ordered = orderedLabels(labels);
  return { kind: 'arrays', ...arraySource(arrays, { inputs, ...(ordered && { labels: ordered }) }) };
}

async function openArchive(
  { file }: SampleFile,
  options: SampleOptions,
  labels: GivenLabels,
): Promise<OpenedSamples> {
  const arrays = matchArrays(await openNpz(file), options.inputs);
  const [only] = arrays;
  if (only !== undefined && arrays.length === 1) return deliverArray(only, options, labels);
  return deliverArrays(arrays, options, labels);
}

/**
 * Opens one file of samples, judged by content: a picture, a zip of pictures, `.npy`, `.npz` or IDX.
 * @throws Problem `file/empty`, `file/other-kind` that says what it is instead, and those of the formats.
 */
export async function openSampleFile(
  source: SampleFile,
  options: SampleOptions,
  labels: GivenLabels,
): Promise<OpenedSamples> {
  const { name, file } = source;
  const { kind, description } = detect(await file.read(0, Math.min(file.size, DETECT_LENGTH)));
  switch (kind) {
    case 'npy':
      return deliverArray({ name, array: await openNpy(file) }, options, labels);
    case 'npz':
      return openArchive(source, options, labels);
    case 'gzip':
    case 'idx':
      return deliverArray({ name, array: await idxArray(source) }, options, labels);
    case 'zip':
      return deliverPictures(await zipItems(file, options.decode), options, labels);
    case 'png':
    case 'jpeg':
    case 'webp':
    case 'bmp':
    case 'gif': {
      const picture = { name, load: async () => options.decode(await readWhole(source)) };
      return deliverPictures([picture], options, labels);
    }
    case 'empty':
      throw new Problem('file/empty', `"${name}" is empty.`, { name });
    default: {
      const text = `"${name}" holds no pictures and no arrays: it is ${description}.`;
      throw new Problem('file/other-kind', text, { name, kind });
    }
  }
}
