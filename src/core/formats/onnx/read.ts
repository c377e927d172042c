import { fromBinary } from '@bufbuild/protobuf';
import { Problem } from '../../problem.ts';
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './generated/onnx_pb.ts';
import type { Attribute, Dim, OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from './graph.ts';
import { type ExternalFiles, locationOf, readTensor, takeIn } from './tensor.ts';
import { dtypeOf } from './types.ts';

/** Set 6 differs from 7 in how operands are stretched, which its nodes say themselves; later sets have not been looked at. */
const opsets = { oldest: 6, newest: 25 } as const;

/**
 * Reads an ONNX file.
 * @param external - files beside the model in which its weights may lie.
 * @throws Problem `file/truncated`, `model/invalid`, `model/external-data`, or `model/unsupported-op` for an operator
 * set that is too old or too new.
 */
export function readOnnx(bytes: Uint8Array, external: ExternalFiles = () => undefined): OnnxModel {
  const proto = decode(bytes);
  if (proto.graph === undefined) throw new Problem('model/invalid', 'The ONNX file holds no graph.');
  for (const tensor of storedTensors(proto.graph)) takeIn(tensor, external);
  return {
    graph: readGraph(proto.graph),
    opset: opsetOf(proto),
    told: new Map(proto.graph.valueInfo.flatMap((info) => entryOf(info))),
    proto,
  };
}

/**
 * The files beside a model in which its weights lie, as the model names them.
 * @throws Problem `file/truncated`.
 */
export function externalFilesOf(bytes: Uint8Array): readonly string[] {
  const { graph } = decode(bytes);
  const locations = graph === undefined ? [] : storedTensors(graph).map(locationOf);
  return [...new Set(locations.filter((location) => location !== undefined))];
}

/** Tensors that a graph stores: initializers, and what stands in attributes. */
function storedTensors({ initializer, node }: GraphProto): readonly TensorProto[] {
  const inNodes = node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? []));
  return [...initializer, ...inNodes];
}

function decode(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    const text = `The ONNX file is cut off or damaged: ${error instanceof Error ? error.message : error}.`;
    throw new Problem('file/truncated', text, { bytes: bytes.length });
  }
}

function opsetOf(proto: ModelProto): number {
  // Files before IR version 3 name none and mean the first.
  const version = Number(proto.opsetImport.find(({ domain }) => isOwn(domain))?.version ?? 1n);
  if (version >= opsets.oldest && version <= opsets.newest) return version;
  const text = `The model is written in ONNX operator set ${version}; sets ${opsets.oldest} to ${opsets.newest} are read. Export it with another opset_version, or convert it with onnx.version_converter.`;
  throw new Problem('model/unsupported-op', text, { opset: version, ...opsets });
}

function isOwn(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

function readGraph(graph: GraphProto): OnnxGraph {
  const constants = new Map(graph.initializer.map((proto) => [proto.name, readTensor(proto)]));
  const [sparse] = graph.sparseInitializer;
  if (sparse !== undefined) {
    const name = sparse.values?.name ?? '';
    const text = `The constant “${name}” is stored as a sparse tensor, which is not read. Store it densely.`;
    throw new Problem('model/invalid', text, { name });
  }
  return {
    inputs: graph.input.filter(({ name }) => !constants.has(name)).map(described),
    outputs: graph.output.flatMap((info) => entryOf(info).map(([, value]) => value)),
    constants,
    nodes: graph.node.map(readNode),
  };
}

/** What is said of an input. @throws Problem `model/invalid` where it is no tensor. */
function described(info: ValueInfoProto): OnnxValue {
  const value = entryOf(info)[0]?.[1];
  if (value !== undefined) return value;
  const text = `The input “${info.name}” is ${info.type?.value.case ?? 'of no type'}; only tensors can be fed.`;
  throw new Problem('model/invalid', text, { name: info.name });
}

/** Nothing where the file does not say that the value is a tensor of some element type. */
function entryOf(info: ValueInfoProto): readonly (readonly [string, OnnxValue])[] {
  const { name } = info;
  const type = info.type?.value;
  if (type?.case !== 'tensorType' || type.value.elemType === 0) return [];
  const value = { name, dtype: dtypeOf(type.value.elemType, name) };
  const shape = type.value.shape?.dim.map(({ value: dim }): Dim => {
    // Not names: what several open sizes are called alike that have nothing to do with each other.
    if (dim.case === 'dimParam') return /^(\?|None|-1)$/.test(dim.value) ? '' : dim.value;
    // Some exporters write −1 for a size that is open.
    return dim.case === 'dimValue' && dim.value >= 0n ? Number(dim.value) : '';
  });
  return [[name, shape === undefined ? value : { ...value, shape }]];
}

function readNode(node: NodeProto): OnnxNode {
  return {
    name: node.name,
    type: node.opType,
    ...(!isOwn(node.domain) && { domain: node.domain }),
    inputs: node.input,
    outputs: node.output,
    attributes: Object.fromEntries(node.attribute.map((proto) => [proto.name, readAttribute(proto)])),
  };
}

function readAttribute(proto: AttributeProto): Attribute {
  switch (proto.type) {
    case AttributeType.FLOAT:
      return { float: proto.f };
    case AttributeType.INT:
      return { int: Number(proto.i) };
    case AttributeType.STRING:
      return asciiText(proto.s);
    case AttributeType.FLOATS:
      return { floats: proto.floats };
    case AttributeType.INTS:
      return { ints: proto.ints.map(Number) };
    case AttributeType.STRINGS:
      return { strings: proto.strings.map(asciiText) };
    case AttributeType.TENSOR:
      return proto.t === undefined ? { opaque: proto } : { tensor: readTensor(proto.t) };
    default:
      return { opaque: proto };
  }
}

/** Attribute texts are ASCII keywords, so that bytes are characters. */
function asciiText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
