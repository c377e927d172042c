import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');
export const example = join(root, 'public/examples/fruit');

/** Pictures of the example, by the paths that the studio sorts them by. */
export const examplePictures = readdirSync(join(example, 'pictures'), { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.png'))
  .sort();

export function readExample(path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(example, path)));
}

/** Reference data that is not part of the project; `undefined` where it is absent. */
export const shared = process.env.ZEROPOINT_SHARED;
