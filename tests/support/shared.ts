import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * The folder of reference models, pictures and golden data that is not part of the project, from the environment
 * variable ZEROPOINT_SHARED. Tests that need it are skipped, and say so, where it is absent.
 */
export const sharedFolder: string | undefined = process.env.ZEROPOINT_SHARED
  ? resolve(process.env.ZEROPOINT_SHARED)
  : undefined;

if (sharedFolder !== undefined && !existsSync(sharedFolder)) {
  throw new Error(`ZEROPOINT_SHARED names a folder that does not exist: ${sharedFolder}`);
}

/** `test.skipIf(noShared)` and the like; put `skipNote` into the name of what is skipped. */
export const noShared = sharedFolder === undefined;
export const skipNote = noShared ? ' [skipped: ZEROPOINT_SHARED is not set]' : '';

/** Absolute path below the shared folder. Only call it inside tests that are skipped without it. */
export function shared(...parts: readonly string[]): string {
  if (sharedFolder === undefined) throw new Error('ZEROPOINT_SHARED is not set');
  return join(sharedFolder, ...parts);
}

export function readShared(...parts: readonly string[]): Uint8Array {
  return new Uint8Array(readFileSync(shared(...parts)));
}

export function sharedJson<T>(...parts: readonly string[]): T {
  return JSON.parse(readFileSync(shared(...parts), 'utf8')) as T;
}
