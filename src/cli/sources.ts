import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DETECT_LENGTH, detect } from '../core/formats/detect.ts';
import { openNpy } from '../core/formats/npy.ts';
import { Problem } from '../core/problem.ts';
import { matchArrays } from '../core/samples/array-source.ts';
import { deliverPictures, type OpenedSamples, type SampleOptions } from '../core/samples/deliver.ts';
import type { GivenLabels } from '../core/samples/given-labels.ts';
import { deliverArrays, openSampleFile } from '../core/samples/open-file.ts';
import { fileAccess, unreadable } from './files.ts';
import { readLabels } from './label-files.ts';
import { folderItems, listedItems } from './picture-files.ts';

/**
 * Opens what a person gave as samples, judged by content: a folder, a zip, a list (.csv, .txt) or a single file of
 * pictures; `.npy`, `.npz` or IDX files of pixels or of input values. For several inputs `NAME=FILE.npy`, once for each.
 * @param labelFile - a CSV (file, class_index, class), class names one a line, or labels as IDX or .npy.
 * @throws Problem `images/none`, `images/shape`, `model/inputs`, `labels/invalid`, `file/…`.
 */
export async function openSamples(
  given: readonly string[],
  options: SampleOptions,
  labelFile?: string,
): Promise<OpenedSamples> {
  const labels = await readLabels(labelFile);
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
  const { kind } = detect(await file.read(0, Math.min(file.size, DETECT_LENGTH)));
  if (kind === 'text' && /\.(csv|tsv|txt|list)$/i.test(path)) {
    const { items, classNames } = await listedItems(path, options.decode);
    const named: GivenLabels =
      labels.kind === 'none' && classNames !== undefined ? { kind: 'names', classNames } : labels;
    return deliverPictures(items, options, named);
  }
  const array = kind === 'idx' || kind === 'gzip';
  const known = array && labels.kind === 'none' ? await idxLabelsBeside(path) : labels;
  return openSampleFile({ name: basename(path), file }, options, known);
}

/** The labels that lie beside the pictures under MNIST's names: `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`. */
async function idxLabelsBeside(path: string): Promise<GivenLabels> {
  const name = basename(path).replace('images', 'labels').replace('idx3', 'idx1');
  const labels = join(dirname(path), name);
  return readLabels(name !== basename(path) && existsSync(labels) ? labels : undefined);
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
  return deliverArrays(matchArrays(new Map(named), options.inputs), options, labels);
}
