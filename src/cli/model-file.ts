import { detect } from '../core/formats/detect.ts';
import { readTflite } from '../core/formats/tflite/read.ts';
import type { Model } from '../core/model/types.ts';
import { Problem } from '../core/problem.ts';
import { readBytes } from './files.ts';

export interface ModelFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly model: Model;
}

/** Reads a model by its content, whatever its name. @throws Problem `file/…` or `model/…` that says what the file is instead. */
export function readModel(path: string): ModelFile {
  const bytes = readBytes(path);
  const { kind, description } = detect(bytes);
  if (kind === 'empty') throw new Problem('file/empty', `${path} is empty (0 bytes).`, { path });
  if (kind === 'onnx') {
    const text = `${path} is an ONNX model. Only .tflite is read yet; convert it, for example with onnx2tf.`;
    throw new Problem('file/other-kind', text, { path, kind });
  }
  if (kind !== 'tflite') {
    const code = kind === 'unknown' ? 'file/unknown' : 'file/other-kind';
    throw new Problem(code, `${path} is not a TensorFlow Lite model. This is ${description}.`, {
      path,
      kind,
    });
  }
  return { path, bytes, model: readTflite(bytes) };
}
