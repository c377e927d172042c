import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
  const graph = join(path, 'saved_model.pb');
  // The folder is what people mean by a SavedModel.
  if (existsSync(graph)) openModel(path, readBytes(graph));
  const bytes = readBytes(path);
  return { path, bytes, model: openModel(path, bytes) };
}
