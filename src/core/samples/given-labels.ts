import { strFromU8 } from 'fflate';
import { detect } from '../formats/detect.ts';
import { readIdx } from '../formats/idx.ts';
import { readNpy } from '../formats/npy.ts';
import { inMemory } from '../formats/random-access.ts';
import type { TensorData } from '../model/types.ts';
import { Problem } from '../problem.ts';
import { type FileList, isFileTable, parseClassNames, parseFileList } from './labels.ts';

/** What is known about the samples' classes beside the samples. */
export type GivenLabels =
  | { readonly kind: 'none' }
  | { readonly kind: 'table'; readonly table: FileList }
  | { readonly kind: 'names'; readonly classNames: readonly string[] }
  | { readonly kind: 'ordered'; readonly labels: readonly number[] };

/**
 * A file of classes, judged by content: a CSV, class names one a line, or labels in the order of the samples as IDX or
 * .npy.
 * @param name - what messages call the file.
 * @throws Problem `labels/invalid` for anything else.
 */
export async function parseLabels(name: string, bytes: Uint8Array): Promise<GivenLabels> {
  const { kind, description } = detect(bytes);
  switch (kind) {
    case 'text': {
      const text = strFromU8(bytes);
      if (isFileTable(text)) return { kind: 'table', table: parseFileList(text) };
      return { kind: 'names', classNames: parseClassNames(text) };
    }
    case 'idx':
    case 'gzip':
      return { kind: 'ordered', labels: labelsOf(readIdx(bytes), name) };
    case 'npy':
      return { kind: 'ordered', labels: labelsOf(await readNpy(inMemory(bytes)), name) };
    default:
      throw new Problem('labels/invalid', `"${name}" names no classes: it is ${description}.`, {
        name,
        kind,
      });
  }
}

function labelsOf({ data, dtype, shape }: TensorData, name: string): readonly number[] {
  const labels = Array.from(data as Iterable<number | bigint>, Number);
  if (
    !dtype.startsWith('float') &&
    labels.length === Math.max(...shape, 0) &&
    labels.every((label) => label >= 0)
  )
    return labels;
  throw new Problem(
    'labels/invalid',
    `"${name}" holds ${dtype} of shape [${shape}]; labels are one row of whole numbers.`,
    { name, shape, dtype },
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
