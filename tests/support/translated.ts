/** Translated ONNX models, run and held against what onnxruntime makes of the file. */
import { toBinary } from '@bufbuild/protobuf';
import { expect } from 'vitest';
import { ModelProtoSchema } from '../../src/core/formats/onnx/generated/onnx_pb.ts';
import type { OnnxModel } from '../../src/core/formats/onnx/graph.ts';
import { writeTflite } from '../../src/core/formats/tflite/write.ts';
import { checkModel } from '../../src/core/model/check.ts';
import { mainGraph, tensorAt, withMainGraph } from '../../src/core/model/graph.ts';
import type { Model, Sample, TensorData, TensorId } from '../../src/core/model/types.ts';
import { normalizeOnnx } from '../../src/core/onnx/normalize.ts';
import { withVersions } from '../../src/core/quantize/versions.ts';
import { translateOnnx } from '../../src/core/translate/translate.ts';
import { createFloatRuntime } from '../../src/float/runtime.ts';
import type { LiteRt } from './litert.ts';
import { noiseOf, relativeDifference, runOnnx, type Values } from './onnx-runtime.ts';

const runtime = createFloatRuntime();

/** The outputs of a translated model on the float runtime. */
export async function runTranslated(model: Model, inputs: Sample): Promise<Sample> {
  checkModel(model);
  const executor = await runtime.create(model, []);
  const outputs = await executor.execute(inputs);
  executor.dispose();
  return outputs;
}

/**
 * The outputs of a translated model on LiteRT; `undefined` where it could not be asked: it has no empty values, and
 * gives memory as it was for outputs that are integer constants.
 */
export function runInLiteRt(litert: LiteRt, model: Model, inputs: Sample): Sample | undefined {
  const graph = mainGraph(model);
  const isMade = ({ data }: { readonly data?: Uint8Array }) => data === undefined;
  if (graph.tensors.some((tensor) => isMade(tensor) && tensor.shape.includes(0))) return undefined;
  const constant = (id: TensorId | undefined) => id !== undefined && !isMade(tensorAt(graph, id));
  const copies = graph.ops.filter(({ kind, inputs: ids }) => kind === 'RESHAPE' && constant(ids[0]));
  if (copies.some(({ outputs: [id] }) => id !== undefined && tensorAt(graph, id).dtype !== 'float32'))
    return undefined;
  const compiled = litert.load(writeTflite(withMainGraph(model, withVersions(graph))));
  const outputs = compiled.execute(inputs);
  compiled.dispose();
  return outputs;
}

/** Values in the types in which the model holds its inputs. */
export function heldInputs(model: Model, values: readonly TensorData[]): Sample {
  const graph = mainGraph(model);
  return graph.inputs.map((id, k) => {
    const { dtype } = tensorAt(graph, id);
    const { shape, data } = values[k] as TensorData;
    const held = dtype === 'int32' ? Int32Array.from(data as Iterable<number>, Number) : data;
    return { shape, dtype, data: held };
  });
}

/** Translates `onnx`, runs it on noise (or `given`) as onnxruntime runs the file, and returns the largest relative difference. */
export async function differenceOf(
  onnx: OnnxModel,
  given: Values = new Map(),
): Promise<{ readonly model: Model; readonly difference: number }> {
  const normalized = normalizeOnnx(onnx);
  const model = translateOnnx(normalized);
  const feeds = new Map(
    normalized.graph.inputs.map(({ name, dtype }) => {
      const shape = normalized.values.get(name)?.shape ?? [];
      return [name, given.get(name) ?? noiseOf({ dtype, shape })] as const;
    }),
  );
  const ours = await runTranslated(model, heldInputs(model, [...feeds.values()]));
  const theirs = await runOnnx(toBinary(ModelProtoSchema, onnx.proto), feeds);
  const differences = normalized.graph.outputs.map(({ name }, k) => {
    const expected = theirs.get(name);
    if (expected === undefined) throw new Error(`onnxruntime does not make ${name}`);
    expect(ours[k]?.shape).toEqual(expected.shape);
    return relativeDifference(ours[k], expected);
  });
  return { model, difference: Math.max(...differences) };
}
