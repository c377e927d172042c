import { DETECT_LENGTH, detect, type FileKind } from '../core/formats/detect.ts';
import { readIdx } from '../core/formats/idx.ts';
import { openNpy } from '../core/formats/npy.ts';
import { checkWithin } from '../core/formats/random-access.ts';
import { Problem } from '../core/problem.ts';
import { matchArrays } from '../core/samples/array-source.ts';
import { deliverPictures, type OpenedSamples, type SampleOptions } from '../core/samples/deliver.ts';
import { type GivenLabels, parseLabels } from '../core/samples/given-labels.ts';
import { byCodePoint } from '../core/samples/labels.ts';
import { deliverArrays, openSampleFile, readWhole, type SampleFile } from '../core/samples/open-file.ts';
import { mayBePicture } from '../core/samples/zip-items.ts';
import type { GivenFile } from './api.ts';

/**
 * A given file, read piece by piece.
 * @throws Problem `file/unreadable` while reading: a handle outlives a file that was moved or changed.
 */
export function sampleFile({ path, file }: GivenFile): SampleFile {
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    checkWithin(file.size, offset, length);
    const bytes = await file
      .slice(offset, offset + length)
      .arrayBuffer()
      .catch((cause: unknown) => {
        const text = `"${path}" cannot be read any more. It may have been moved or changed since it was given.`;
        throw new Problem('file/unreadable', text, { path, cause: String(cause) });
      });
    return new Uint8Array(bytes);
  };
  return { name: path, file: { size: file.size, read } };
}

async function kindOf(given: GivenFile): Promise<FileKind> {
  const { file } = sampleFile(given);
  return detect(await file.read(0, Math.min(file.size, DETECT_LENGTH))).kind;
}

const tables = /\.(csv|tsv)$/i;
/** A text lies beside many a set of pictures; it names classes when its name says so. */
const classLists = /(label|class|categor|names|synset)[^/]*\.txt$/i;

/** Labels in the order of the samples are an array of one dimension. */
async function isLabelArray(given: GivenFile): Promise<boolean> {
  const source = sampleFile(given);
  switch (await kindOf(given)) {
    case 'npy':
      return (await openNpy(source.file)).shape.length === 1;
    case 'idx':
    case 'gzip':
      return readIdx(await readWhole(source)).shape.length === 1;
    default:
      return false;
  }
}

async function labelFile(files: readonly GivenFile[], inputs: number): Promise<GivenFile | undefined> {
  const text = files.find(({ path }) => tables.test(path)) ?? files.find(({ path }) => classLists.test(path));
  // With several inputs, an array of one dimension may be the values of one.
  if (text !== undefined || files.length !== 2 || inputs !== 1) return text;
  const areLabels = await Promise.all(files.map(isLabelArray));
  return files.find((_, i) => areLabels[i]);
}

async function labelsOf(file: GivenFile | undefined): Promise<GivenLabels> {
  if (file === undefined) return { kind: 'none' };
  return parseLabels(file.path, await readWhole(sampleFile(file)));
}

/** A file for each of several inputs, called after it. */
async function openArrays(
  files: readonly GivenFile[],
  options: SampleOptions,
  labels: GivenLabels,
): Promise<OpenedSamples> {
  const named = files.map(async (given) => {
    const name = given.path.replace(/^.*\//, '').replace(/\.npy$/i, '');
    return [name, await openNpy(sampleFile(given).file)] as const;
  });
  return deliverArrays(matchArrays(new Map(await Promise.all(named)), options.inputs), options, labels);
}

const containers: readonly FileKind[] = ['npy', 'npz', 'idx', 'gzip', 'zip'];

/**
 * What a person dropped or chose as samples: pictures in folders, one zip, `.npy`, `.npz` or IDX file, or `.npy` files called
 * after the model's inputs. Classes come from folders or from a CSV, a list of names or an array of labels among the files.
 * @throws Problem `images/none`, and those of the formats.
 */
export async function openGivenSamples(
  files: readonly GivenFile[],
  options: SampleOptions,
): Promise<OpenedSamples> {
  const label = await labelFile(files, options.inputs.length);
  const labels = await labelsOf(label);
  const samples = files.filter((file) => file !== label && mayBePicture(file.path));
  const [first] = samples;
  if (first === undefined) throw new Problem('images/none', 'There are no pictures among these files.');
  const kind = await kindOf(first);
  if (kind === 'npy' && options.inputs.length > 1) return openArrays(samples, options, labels);
  if (samples.length === 1 && containers.includes(kind)) {
    return openSampleFile(sampleFile(first), options, labels);
  }
  const items = samples
    .toSorted((a, b) => byCodePoint(a.path, b.path))
    .map((given) => ({
      name: given.path,
      load: async () => options.decode(await readWhole(sampleFile(given))),
    }));
  return deliverPictures(items, options, labels);
}
