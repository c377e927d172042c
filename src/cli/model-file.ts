import type { Model } from '../core/model/types.ts';
import { openModel } from '../core/pipeline/open-model.ts';
import { readBytes } from './files.ts';

export interface ModelFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly model: Model;
}

/** @throws Problem `file/unreadable`, and those of `openModel`. */
export function readModel(path: string): ModelFile {
  const bytes = readBytes(path);
  return { path, bytes, model: openModel(path, bytes) };
}
