import { conversionOf } from '../formats/conversion.ts';
import { detect } from '../formats/detect.ts';
import type { OnnxModel } from '../formats/onnx/graph.ts';
import { originalOf } from '../formats/onnx/outputs.ts';
import { readOnnx } from '../formats/onnx/read.ts';
import type { ExternalFiles } from '../formats/onnx/tensor.ts';
import { readTflite } from '../formats/tflite/read.ts';
import { toNhwc } from '../layout/to-nhwc.ts';
import { checkModel } from '../model/check.ts';
import type { Model } from '../model/types.ts';
import { normalizeOnnx } from '../onnx/normalize.ts';
import type { NormalizedOnnx, ValueType } from '../onnx/normalized.ts';
import { Problem } from '../problem.ts';
import { translateOnnx } from '../translate/translate.ts';
import { missingText } from './missing-ops.ts';

/** Formats that a quantized model is written in. */
export type FileFormat = 'tflite' | 'onnx';

/** What a model's file does not say by itself. */
export interface OpenOptions {
  /** Files beside it, in which the weights of an ONNX model may lie. */
  readonly external?: ExternalFiles;
  /** Sizes that an ONNX model leaves open, by the names that the problem `model/dynamic-shape` lists. */
  readonly sizes?: ReadonlyMap<string, number>;
  /** Types of an ONNX model's values that nothing but a run tells: see `openMeasured`. */
  readonly told?: ReadonlyMap<string, ValueType>;
}

export interface OpenedModel {
  /** What is calibrated, quantized and written as `.tflite`. */
  readonly model: Model;
  /** What it was translated from, which can be written quantized as well. */
  readonly onnx?: NormalizedOnnx;
  /** What it can be written as once it is quantized. A translation with ops that TensorFlow Lite lacks goes back to ONNX only. */
  readonly formats: readonly FileFormat[];
  /** What stands in the way of a `.tflite`: a sentence for each node that TensorFlow Lite has no ops for, with what it would need. */
  readonly missing: readonly string[];
  /** What the person should know about the reading, in sentences. */
  readonly notes: readonly string[];
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
  if (kind === 'tflite') return { model: readTflite(bytes), formats: ['tflite'], missing: [], notes: [] };
  if (kind === 'onnx') return openOnnx(bytes, options);
  const code = kind === 'unknown' ? 'file/unknown' : 'file/other-kind';
  const command = conversionOf(kind, name);
  const advice = command === undefined ? '' : ` Convert it with: ${command}`;
  const text = `${name} is neither a TensorFlow Lite nor an ONNX model. This is ${description}.${advice}`;
  throw new Problem(code, text, { ...details, ...(command !== undefined && { command }) });
}

function openOnnx(bytes: Uint8Array, { external, sizes, told }: OpenOptions): OpenedModel {
  const file = readOnnx(bytes, external);
  refuseIntegerNodes(file);
  const onnx = normalizeOnnx(file, { ...(sizes && { sizes }), ...(told && { told }) });
  refuseEmpty(onnx);
  const missing: string[] = [];
  const translated = toNhwc(translateOnnx(onnx, { kept: ({ message }) => missing.push(message) }));
  const model = {
    ...translated,
    original: originalOf(onnx.file),
  };
  checkModel(model);
  const formats: readonly FileFormat[] = missing.length === 0 ? ['tflite', 'onnx'] : ['onnx'];
  return {
    model,
    onnx,
    formats,
    missing,
    notes: [...onnx.notes, ...(missing.length > 0 ? [`${missingText(missing)}.`] : [])],
  };
}

/** @throws Problem `model/already-quantized` for onnxruntime's own integer operators, which only it knows. */
function refuseIntegerNodes({ graph }: OnnxModel): void {
  const nodes = graph.nodes.filter(
    ({ type, domain }) => domain === 'com.microsoft' && /^QLinear|^QGemm$/.test(type),
  );
  if (nodes.length === 0) return;
  const names = [...new Set(nodes.map(({ type }) => type))].join(', ');
  const text = `The file is quantized already, into operators that only onnxruntime has (${names}). Give the float model, or one quantized in the QDQ format.`;
  throw new Problem('model/already-quantized', text, { nodes: nodes.map(({ name }) => name) });
}

/** @throws Problem `model/invalid` for a graph that computes nothing. */
function refuseEmpty({ graph, values }: NormalizedOnnx): void {
  const [output] = graph.outputs.filter(({ name }) => values.get(name)?.shape.includes(0));
  if (output !== undefined) {
    const text = `The output “${output.name}” has the shape [${values.get(output.name)?.shape}], which holds nothing.`;
    throw new Problem('model/invalid', text, { name: output.name });
  }
  if (graph.nodes.length === 0)
    throw new Problem(
      'model/invalid',
      'The ONNX graph computes nothing: it has no nodes between input and output.',
    );
}
