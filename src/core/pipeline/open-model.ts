import { conversionOf } from '../formats/conversion.ts';
import { detect } from '../formats/detect.ts';
import { readTflite } from '../formats/tflite/read.ts';
import type { Model } from '../model/types.ts';
import { Problem } from '../problem.ts';

/**
 * Reads a model by its content, whatever its name.
 * @param name - what messages call the file.
 * @throws Problem `file/…` or `model/…` that says what the file is instead.
 */
export function openModel(name: string, bytes: Uint8Array): Model {
  const { kind, description } = detect(bytes);
  const details = { file: name, kind };
  if (kind === 'empty') throw new Problem('file/empty', `${name} is empty (0 bytes).`, details);
  if (kind === 'onnx') {
    const text = `${name} is an ONNX model. Only .tflite is read yet; convert it, for example with onnx2tf.`;
    throw new Problem('file/other-kind', text, details);
  }
  if (kind !== 'tflite') {
    const code = kind === 'unknown' ? 'file/unknown' : 'file/other-kind';
    const command = conversionOf(kind, name);
    const advice = command === undefined ? '' : ` Convert it with: ${command}`;
    const text = `${name} is not a TensorFlow Lite model. This is ${description}.${advice}`;
    throw new Problem(code, text, { ...details, ...(command !== undefined && { command }) });
  }
  return readTflite(bytes);
}
