import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { checkWithin, type RandomAccess } from '../core/formats/random-access.ts';
import { Problem } from '../core/problem.ts';

function reasonOf(error: unknown): string {
  const { code } = error as { code?: string };
  switch (code) {
    case 'ENOENT':
      return 'it does not exist';
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
    case 'EPERM':
      return 'permission is denied';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

/** The problem that the file system's `error` about `path` amounts to, in words. */
export function unreadable(path: string, error: unknown): Problem {
  return new Problem('file/unreadable', `${path} cannot be read: ${reasonOf(error)}.`, { path });
}

/** @throws Problem `file/unreadable` */
export function readBytes(path: string): Uint8Array {
  try {
    const { buffer, byteOffset, byteLength } = readFileSync(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * A file that is read piece by piece, so that archives of gigabytes never stand in memory. It stays open until the
 * process ends; a `FileHandle` would be closed when it is garbage-collected.
 * @throws Problem `file/unreadable`
 */
export async function fileAccess(path: string): Promise<RandomAccess> {
  try {
    const file = openSync(path, 'r');
    const { size } = fstatSync(file);
    return {
      size,
      read: async (offset, length) => {
        checkWithin(size, offset, length);
        const bytes = new Uint8Array(length);
        // Fewer bytes come when the file has been cut since it was opened.
        checkWithin(offset + readSync(file, bytes, 0, length, offset), offset, length);
        return bytes;
      },
    };
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unwritable(path: string, error: unknown): Problem {
  return new Problem('file/unwritable', `${path} cannot be written: ${reasonOf(error)}.`, { path });
}

/**
 * Refuses an output before any work is spent on it: a folder, a place without permission, or one of the inputs.
 * @throws Problem `file/unwritable`, `usage`.
 */
export function checkOutput(path: string, inputs: readonly string[]): void {
  if (inputs.some((input) => resolve(input) === resolve(path))) {
    throw new Problem(
      'usage',
      `${path} is read and would be overwritten; choose another file for the output.`,
    );
  }
  try {
    const existed = existsSync(path);
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, 'a'));
    if (!existed) rmSync(path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Writes a file and the folders above it. @throws Problem `file/unwritable` */
export function writeBytes(path: string, bytes: Uint8Array | string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** @throws Problem `file/invalid` when the text is not JSON. */
export function readJson(path: string): unknown {
  const text = new TextDecoder().decode(readBytes(path));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem('file/invalid', `${path} is not JSON: ${(error as Error).message}.`, { path });
  }
}
