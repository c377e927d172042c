import { type GivenLabels, parseLabels } from '../core/samples/given-labels.ts';
import { readBytes } from './files.ts';

/**
 * Reads a file of classes; no file, no classes.
 * @throws Problem `labels/invalid`, `file/unreadable`.
 */
export async function readLabels(path: string | undefined): Promise<GivenLabels> {
  return path === undefined ? { kind: 'none' } : parseLabels(path, readBytes(path));
}
