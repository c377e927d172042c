import { Problem } from '../problem.ts';
import { type NpyArray, openNpy } from './npy.ts';
import type { RandomAccess } from './random-access.ts';
import { openZipEntry, readZipEntries } from './zip.ts';

/** Bytes that one compressed array may unpack to; uncompressed ones (`numpy.savez`) are read piece by piece. */
const MAX_COMPRESSED_ARRAY = 2 ** 31;

/**
 * The arrays of a NumPy `.npz` archive by name, in the order of the archive.
 * @throws Problem `file/invalid` or `file/truncated`.
 */
export async function openNpz(file: RandomAccess): Promise<ReadonlyMap<string, NpyArray>> {
  const arrays = new Map<string, NpyArray>();
  for (const entry of await readZipEntries(file)) {
    if (!entry.name.endsWith('.npy')) continue;
    arrays.set(
      entry.name.slice(0, -'.npy'.length),
      await openNpy(await openZipEntry(file, entry, MAX_COMPRESSED_ARRAY)),
    );
  }
  if (arrays.size === 0) throw new Problem('file/invalid', 'The archive holds no NumPy array.');
  return arrays;
}
