import { detect } from '../core/formats/detect.ts';
import { readIdx } from '../core/formats/idx.ts';
import { readNpy } from '../core/formats/npy.ts';
import { inMemory } from '../core/formats/random-access.ts';
import type { TensorData } from '../core/model/types.ts';
import { Problem } from '../core/problem.ts';
import { type FileList, isFileTable, parseClassNames, parseFileList } from '../core/samples/labels.ts';
import { readBytes } from './files.ts';

/** What is known about the samples' classes beside the samples. */
export type GivenLabels =
  | { readonly kind: 'none' }
  | { readonly kind: 'table'; readonly table: FileList }
  | { readonly kind: 'names'; readonly classNames: readonly string[] }
  | { readonly kind: 'ordered'; readonly labels: readonly number[] };

/**
 * Reads a file of classes, judged by content: a CSV, class names one a line, or labels in the order of the samples as
 * IDX or .npy.
 * @throws Problem `labels/invalid` for anything else.
 */
export async function readLabels(path: string | undefined): Promise<GivenLabels> {
  if (path === undefined) return { kind: 'none' };
  const bytes = readBytes(path);
  const { kind, description } = detect(bytes);
  switch (kind) {
    case 'text': {
      const text = new TextDecoder().decode(bytes);
      if (isFileTable(text)) return { kind: 'table', table: parseFileList(text) };
      return { kind: 'names', classNames: parseClassNames(text) };
    }
    case 'idx':
    case 'gzip':
      return { kind: 'ordered', labels: labelsOf(readIdx(bytes), path) };
    case 'npy':
      return { kind: 'ordered', labels: labelsOf(await readNpy(inMemory(bytes)), path) };
    default:
      throw new Problem('labels/invalid', `"${path}" names no classes: it is ${description}.`, {
        path,
        kind,
      });
  }
}

function labelsOf({ data, dtype, shape }: TensorData, path: string): readonly number[] {
  const labels = Array.from(data as Iterable<number | bigint>, Number);
  if (
    !dtype.startsWith('float') &&
    labels.length === Math.max(...shape, 0) &&
    labels.every((label) => label >= 0)
  )
    return labels;
  throw new Problem(
    'labels/invalid',
    `"${path}" holds ${dtype} of shape [${shape}]; labels are one row of whole numbers.`,
    { path, shape, dtype },
  );
}

/** Labels in the order of the samples, where that is what was given. */
export function orderedLabels(labels: GivenLabels): readonly number[] | undefined {
  switch (labels.kind) {
    case 'ordered':
      return labels.labels;
    case 'table':
      throw new Problem(
        'labels/invalid',
        'The samples have no file names to look up in the list of classes; give their labels as IDX or .npy.',
      );
    case 'names':
    case 'none':
      return undefined;
    default:
      return labels satisfies never;
  }
}
