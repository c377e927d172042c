import { readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { DecodePicture } from '../core/model/picture.ts';
import { byCodePoint, parseFileList } from '../core/samples/labels.ts';
import type { PictureItem } from '../core/samples/picture-source.ts';
import { mayBePicture } from '../core/samples/zip-items.ts';
import { readBytes, unreadable } from './files.ts';

/** The pictures below a folder, sorted by path; each is read when it is asked for. */
export async function folderItems(folder: string, decode: DecodePicture): Promise<readonly PictureItem[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  const names = found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
  return names
    .filter(mayBePicture)
    .sort(byCodePoint)
    .map((name) => ({ name, load: async () => decode(readBytes(join(folder, name))) }));
}

export interface ListedItems {
  readonly items: readonly PictureItem[];
  readonly classNames?: readonly string[];
}

/** The pictures that a list names, in its order; paths are relative to the list. */
export async function listedItems(path: string, decode: DecodePicture): Promise<ListedItems> {
  const { files, classNames } = parseFileList(new TextDecoder().decode(readBytes(path)));
  const items = files.map(({ file, label }) => ({
    name: file,
    load: async () => decode(readBytes(resolve(dirname(path), file))),
    ...(label !== undefined && { label }),
  }));
  return { items, ...(classNames && { classNames }) };
}
