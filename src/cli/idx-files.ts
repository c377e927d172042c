import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readIdx } from '../core/formats/idx.ts';
import type { NpyArray } from '../core/formats/npy.ts';
import { readBytes } from './files.ts';
import { type GivenLabels, readLabels } from './label-files.ts';

/** An IDX file, which is held in memory, behind the interface of arrays on disk. */
export async function idxArray(path: string): Promise<NpyArray> {
  const { shape, dtype, data } = readIdx(readBytes(path));
  return { shape, dtype, read: async (start, count) => data.slice(start, start + count) };
}

/** The labels that lie beside the pictures under MNIST's names: `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`. */
export async function idxLabelsBeside(path: string): Promise<GivenLabels> {
  const name = basename(path).replace('images', 'labels').replace('idx3', 'idx1');
  const labels = join(dirname(path), name);
  return readLabels(name !== basename(path) && existsSync(labels) ? labels : undefined);
}
