import { conversionOf } from '../formats/conversion.ts';
import { detect } from '../formats/detect.ts';
import { withOutputs } from '../formats/onnx/outputs.ts';
import { readOnnx } from '../formats/onnx/read.ts';
import type { ExternalFiles } from '../formats/onnx/tensor.ts';
import { readTflite } from '../formats/tflite/read.ts';
import { toNhwc } from '../layout/to-nhwc.ts';
import type { Model } from '../model/types.ts';
import { normalizeOnnx } from '../onnx/normalize.ts';
import type { NormalizedOnnx } from '../onnx/normalized.ts';
import { Problem } from '../problem.ts';
import { translateOnnx } from '../translate/translate.ts';

/** What a model's file does not say by itself. */
export interface OpenOptions {
  /** Files beside it, in which the weights of an ONNX model may lie. */
  readonly external?: ExternalFiles;
  /** Sizes that an ONNX model leaves open, by the names that the problem `model/dynamic-shape` lists. */
  readonly sizes?: ReadonlyMap<string, number>;
}

export interface OpenedModel {
  /** What is calibrated, quantized and written as `.tflite`. */
  readonly model: Model;
  /** What it was translated from, which can be written quantized as well. */
  readonly onnx?: NormalizedOnnx;
}

/**
 * Reads a model by its content, whatever its name.
 * @param name - what messages call the file.
 * @throws Problem `file/…` or `model/…` that says what the file is instead.
 */
export function openModel(name: string, bytes: Uint8Array, options: OpenOptions = {}): OpenedModel {
  const { kind, description } = detect(bytes);
  const details = { file: name, kind };
  if (kind === 'empty') throw new Problem('file/empty', `${name} is empty (0 bytes).`, details);
  if (kind === 'tflite') return { model: readTflite(bytes) };
  if (kind === 'onnx') return openOnnx(bytes, options);
  const code = kind === 'unknown' ? 'file/unknown' : 'file/other-kind';
  const command = conversionOf(kind, name);
  const advice = command === undefined ? '' : ` Convert it with: ${command}`;
  const text = `${name} is neither a TensorFlow Lite nor an ONNX model. This is ${description}.${advice}`;
  throw new Problem(code, text, { ...details, ...(command !== undefined && { command }) });
}

function openOnnx(bytes: Uint8Array, { external, sizes }: OpenOptions): OpenedModel {
  const onnx = normalizeOnnx(readOnnx(bytes, external), sizes && { sizes });
  const model = toNhwc(translateOnnx(onnx));
  return { model: { ...model, original: { withOutputs: (names) => withOutputs(onnx.file, names) } }, onnx };
}
