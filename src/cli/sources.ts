import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { DETECT_LENGTH, detect } from '../core/formats/detect.ts';
import { openNpy } from '../core/formats/npy.ts';
import { openNpz } from '../core/formats/npz.ts';
import type { RandomAccess } from '../core/formats/random-access.ts';
import type { DecodePicture } from '../core/model/picture.ts';
import { Problem } from '../core/problem.ts';
import { arraySource, matchArrays, type NamedArray } from '../core/samples/array-source.ts';
import type { PictureItem } from '../core/samples/picture-source.ts';
import { zipItems } from '../core/samples/zip-items.ts';
import { deliverArray, deliverPictures, type OpenedSamples, type SampleOptions } from './deliver.ts';
import { fileAccess, readBytes, unreadable } from './files.ts';
import { idxArray, idxLabelsBeside } from './idx-files.ts';
import { type GivenLabels, orderedLabels, readLabels } from './label-files.ts';
import { folderItems, listedItems } from './picture-files.ts';

/**
 * Opens what a person gave as samples, judged by content: a folder, a zip, a list (.csv, .txt) or a single file of
 * pictures; `.npy`, `.npz` or IDX files of pixels or of input values. For several inputs `NAME=FILE.npy`, once for each.
 * @throws Problem `images/none`, `images/shape`, `model/inputs`, `labels/invalid`, `file/…`.
 */
export async function openSamples(given: readonly string[], options: SampleOptions): Promise<OpenedSamples> {
  const labels = await readLabels(options.labels);
  const [path, ...more] = given;
  if (path === undefined) throw new Problem('images/none', 'No samples are given.');
  if (more.length > 0 || (await isNamedArray(path))) return namedArrays(given, options, labels);
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (found.isDirectory()) return deliverPictures(await folderItems(path, options.decode), options, labels);
  return openFile(path, options, labels);
}

async function openFile(path: string, options: SampleOptions, labels: GivenLabels): Promise<OpenedSamples> {
  const file = await fileAccess(path);
  const { kind, description } = detect(await file.read(0, Math.min(file.size, DETECT_LENGTH)));
  switch (kind) {
    case 'npy':
      return deliverArray({ name: basename(path), array: await openNpy(file) }, options, labels);
    case 'npz':
      return openArchive(file, options, labels);
    case 'gzip':
    case 'idx': {
      const array = await idxArray(path);
      const known = labels.kind === 'none' ? await idxLabelsBeside(path) : labels;
      return deliverArray({ name: basename(path), array }, options, known);
    }
    case 'zip':
      return deliverPictures(await zipItems(file, options.decode), options, labels);
    case 'text': {
      const { items, classNames } = await listedItems(path, options.decode);
      const named: GivenLabels =
        labels.kind === 'none' && classNames !== undefined ? { kind: 'names', classNames } : labels;
      return deliverPictures(items, options, named);
    }
    case 'png':
    case 'jpeg':
    case 'webp':
    case 'bmp':
    case 'gif':
      return deliverPictures([await pictureFile(path, options.decode)], options, labels);
    case 'empty':
      throw new Problem('file/empty', `"${path}" is empty.`, { path });
    default:
      throw new Problem(
        'file/other-kind',
        `"${path}" holds no pictures and no arrays: it is ${description}.`,
        { path, kind },
      );
  }
}

async function pictureFile(path: string, decode: DecodePicture): Promise<PictureItem> {
  return { name: basename(path), load: async () => decode(readBytes(path)) };
}

async function openArchive(
  file: RandomAccess,
  options: SampleOptions,
  labels: GivenLabels,
): Promise<OpenedSamples> {
  const arrays = matchArrays(await openNpz(file), options.inputs);
  const [only] = arrays;
  if (only !== undefined && arrays.length === 1) return deliverArray(only, options, labels);
  return severalInputs(arrays, options, labels);
}

function severalInputs(
  arrays: readonly NamedArray[],
  { inputs }: SampleOptions,
  labels: GivenLabels,
): OpenedSamples {
  const ordered = orderedLabels(labels);
  return { kind: 'arrays', ...arraySource(arrays, { inputs, ...(ordered && { labels: ordered }) }) };
}

/** `NAME=FILE`, unless a file of that whole name exists. */
async function isNamedArray(path: string): Promise<boolean> {
  return (
    /^[^=/]+=./.test(path) &&
    !(await stat(path).then(
      () => true,
      () => false,
    ))
  );
}

async function namedArrays(
  given: readonly string[],
  options: SampleOptions,
  labels: GivenLabels,
): Promise<OpenedSamples> {
  const named = await Promise.all(
    given.map(async (text) => {
      const [, name, path] = /^([^=/]+)=(.+)$/s.exec(text) ?? [];
      if (name === undefined || path === undefined) {
        throw new Problem(
          'usage',
          `"${text}": several files of values are given as NAME=FILE.npy, one for each input.`,
        );
      }
      return [name, await openNpy(await fileAccess(path))] as const;
    }),
  );
  return severalInputs(matchArrays(new Map(named), options.inputs), options, labels);
}
