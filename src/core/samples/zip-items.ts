import type { RandomAccess } from '../formats/random-access.ts';
import { readZipEntries, readZipEntry } from '../formats/zip.ts';
import type { DecodePicture } from '../model/picture.ts';
import { byCodePoint } from './labels.ts';
import type { PictureItem } from './picture-source.ts';

/** Bytes of one picture file in a zip. */
const MAX_PICTURE_FILE = 1 << 28;

/**
 * Whether a path may be a picture: not hidden, not what macOS and Windows leave behind, and without the ending of a text.
 * Everything else is judged by its content when it is read.
 */
export function mayBePicture(path: string): boolean {
  const hidden = path
    .split('/')
    .some((part) => part.startsWith('.') || part === '__MACOSX' || part === 'Thumbs.db');
  return !hidden && !/\.(csv|tsv|txt|json|md|xml|html?|ya?ml)$/i.test(path);
}

/** The pictures of a zip, sorted by path, each unpacked when it is asked for. */
export async function zipItems(file: RandomAccess, decode: DecodePicture): Promise<readonly PictureItem[]> {
  const entries = (await readZipEntries(file)).filter(({ name }) => mayBePicture(name));
  return entries
    .toSorted((a, b) => byCodePoint(a.name, b.name))
    .map((entry) => ({
      name: entry.name,
      load: async () => decode(await readZipEntry(file, entry, MAX_PICTURE_FILE)),
    }));
}
