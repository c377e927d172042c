import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
} from '../../src/core/formats/onnx/generated/onnx_pb.ts';
import type { OnnxGraph } from '../../src/core/formats/onnx/graph.ts';
import { readOnnx } from '../../src/core/formats/onnx/read.ts';
import { writeOnnx } from '../../src/core/formats/onnx/write.ts';
import { readTflite } from '../../src/core/formats/tflite/read.ts';
import { lowerModel } from '../../src/core/lower/lower.ts';
import { prepare } from '../../src/core/prepare/prepare.ts';

const file = join(import.meta.dirname, '../../public/examples/fruit/model.tflite');

/** The studio's example as a PyTorch exporter would write it: NCHW from the input on, any number of pictures at a time. */
export function exampleGraph(): OnnxGraph {
  const { bytes } = lowerModel(prepare(readTflite(readFileSync(file))).model, []);
  const { graph } = readOnnx(bytes);
  const [input] = graph.inputs;
  const first = graph.nodes.find(({ inputs }) => inputs.includes(input?.name ?? ''));
  const [name] = first?.outputs ?? [];
  if (first?.type !== 'Transpose' || name === undefined || input === undefined)
    throw new Error('the example begins with a convolution, before which its pictures are transposed');
  const [, height = 0, width = 0, channels = 0] = input.shape ?? [];
  return {
    ...graph,
    inputs: [{ ...input, name, shape: ['batch', channels, height, width] }],
    nodes: graph.nodes.filter((node) => node !== first),
  };
}

/** `exampleGraph` as a file. */
export function exampleOnnx(change: (graph: OnnxGraph) => OnnxGraph = (graph) => graph): Uint8Array {
  return writeOnnx(change(exampleGraph()));
}

/** The example with an operator that TensorFlow Lite lacks in place of its first activation. */
export function onnxWith(type: 'Shrink' | 'Einsum' | 'Fancy'): Uint8Array {
  const attributes = { Shrink: { lambd: { float: 0.01 } }, Einsum: { equation: 'nchw->nchw' }, Fancy: {} };
  return exampleOnnx((graph) => {
    const first = graph.nodes.findIndex((node) => node.type === 'Relu' || node.type === 'Clip');
    return {
      ...graph,
      nodes: graph.nodes.map((node, index) =>
        index === first
          ? {
              name: 'odd',
              type,
              inputs: node.inputs.slice(0, 1),
              outputs: node.outputs,
              attributes: attributes[type],
            }
          : node,
      ),
    };
  });
}

/** A file whose large weights lie in a second one. */
export function withWeightsApart(
  bytes: Uint8Array,
  location: string,
): { readonly model: Uint8Array; readonly weights: Uint8Array } {
  const proto = fromBinary(ModelProtoSchema, bytes);
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const tensor of proto.graph?.initializer ?? []) {
    const { rawData } = tensor;
    if (rawData.length < 64) continue;
    const entries = { location, offset: String(offset), length: String(rawData.length) };
    tensor.externalData = Object.entries(entries).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    );
    tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
    tensor.rawData = new Uint8Array();
    parts.push(rawData);
    offset += rawData.length;
  }
  return {
    model: toBinary(ModelProtoSchema, proto),
    weights: Uint8Array.from(parts.flatMap((part) => [...part])),
  };
}
