import { DETECT_LENGTH, detect, type FileKind } from '../core/formats/detect.ts';
import { readIdx } from '../core/formats/idx.ts';
import { checkWithin, type RandomAccess } from '../core/formats/random-access.ts';
import { Problem } from '../core/problem.ts';
import { deliverPictures, type OpenedSamples, type SampleOptions } from '../core/samples/deliver.ts';
import { type GivenLabels, parseLabels } from '../core/samples/given-labels.ts';
import { byCodePoint } from '../core/samples/labels.ts';
import { openSampleFile, readWhole, type SampleFile } from '../core/samples/open-file.ts';
import { mayBePicture } from '../core/samples/zip-items.ts';
import type { GivenFile } from './api.ts';

/** A blob that is read piece by piece. */
export function blobAccess(blob: Blob): RandomAccess {
  return {
    size: blob.size,
    read: async (offset, length) => {
      checkWithin(blob.size, offset, length);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
  };
}

function sampleFile({ path, file }: GivenFile): SampleFile {
  return { name: path, file: blobAccess(file) };
}

async function kindOf(given: GivenFile): Promise<FileKind> {
  const head = await given.file.slice(0, DETECT_LENGTH).arrayBuffer();
  return detect(new Uint8Array(head)).kind;
}

/** A file that may name classes: a text beside pictures. */
function mayBeLabels({ path }: GivenFile): boolean {
  return /\.(csv|tsv|txt)$/i.test(path);
}

/** An IDX file of labels has one dimension. */
async function isIdxLabels(given: GivenFile): Promise<boolean> {
  const kind = await kindOf(given);
  if (kind !== 'idx' && kind !== 'gzip') return false;
  return readIdx(await readWhole(sampleFile(given))).shape.length === 1;
}

interface Sorted {
  readonly samples: readonly GivenFile[];
  readonly labels: GivenLabels;
}

async function sortOut(files: readonly GivenFile[]): Promise<Sorted> {
  const texts = files.filter(mayBeLabels);
  const idx = files.length <= 2 ? await Promise.all(files.map(isIdxLabels)) : [];
  const label = texts[0] ?? files.find((_, i) => idx[i]);
  const samples = files.filter((file) => file !== label && mayBePicture(file.path));
  if (label === undefined) return { samples, labels: { kind: 'none' } };
  return { samples, labels: await parseLabels(label.path, await readWhole(sampleFile(label))) };
}

/** Whether a lone file holds many samples. */
async function isContainer(given: GivenFile): Promise<boolean> {
  return ['npy', 'npz', 'idx', 'gzip', 'zip'].includes(await kindOf(given));
}

/**
 * What a person dropped or chose as samples: pictures in folders, one zip, `.npy`, `.npz` or IDX file, with a CSV or a list of
 * classes beside them.
 * @throws Problem `images/none`, and those of the formats.
 */
export async function openGivenSamples(
  files: readonly GivenFile[],
  options: SampleOptions,
): Promise<OpenedSamples> {
  const { samples, labels } = await sortOut(files);
  const [first] = samples;
  if (first === undefined) throw new Problem('images/none', 'There are no pictures among these files.');
  if (samples.length === 1 && (await isContainer(first)))
    return openSampleFile(sampleFile(first), options, labels);
  const items = samples
    .toSorted((a, b) => byCodePoint(a.path, b.path))
    .map((given) => ({
      name: given.path,
      load: async () => options.decode(await readWhole(sampleFile(given))),
    }));
  return deliverPictures(items, options, labels);
}
