import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './generated/onnx_pb.ts';
import type { Attribute, OnnxGraph, OnnxNode, OnnxValue } from './graph.ts';
import { tensorProto } from './tensor.ts';
import { heldType } from './types.ts';

/** The operator set the nodes are written in: the first one with Gelu, and reductions take their axes as an input. */
const opset = 20n;
/** The file format version that came with that operator set. */
const irVersion = 9n;

/** The bytes of an ONNX model. Constants are read in place and copied once, into the result. */
export function writeOnnx(graph: OnnxGraph): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion,
    producerName: 'zeropoint',
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: opset })],
    graph: graphProto(graph),
  });
  return toBinary(ModelProtoSchema, model);
}

function graphProto(graph: OnnxGraph): GraphProto {
  return create(GraphProtoSchema, {
    name: 'main',
    input: graph.inputs.map(valueInfo),
    output: graph.outputs.map(valueInfo),
    initializer: [...graph.constants].map(([name, value]) => tensorProto(name, value)),
    node: graph.nodes.map(nodeProto),
  });
}

/** A node as ONNX stores it. */
export function nodeProto({ name, type, domain, inputs, outputs, attributes }: OnnxNode): NodeProto {
  return create(NodeProtoSchema, {
    name,
    opType: type,
    ...(domain !== undefined && { domain }),
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(attributeProto),
  });
}

function valueInfo({ name, dtype, shape }: OnnxValue): ValueInfoProto {
  const dim = shape?.map((size) =>
    typeof size === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(size) } }
      : { value: { case: 'dimParam' as const, value: size } },
  );
  const type = { elemType: heldType(dtype), ...(dim !== undefined && { shape: { dim } }) };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: type } } });
}

function attributeProto([name, value]: readonly [string, Attribute]): AttributeProto {
  const type = AttributeProto_AttributeType;
  if (typeof value === 'string')
    return create(AttributeProtoSchema, { name, type: type.STRING, s: asciiBytes(value) });
  if ('int' in value) return create(AttributeProtoSchema, { name, type: type.INT, i: BigInt(value.int) });
  if ('ints' in value)
    return create(AttributeProtoSchema, { name, type: type.INTS, ints: value.ints.map(BigInt) });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: type.FLOAT, f: value.float });
  if ('floats' in value)
    return create(AttributeProtoSchema, { name, type: type.FLOATS, floats: [...value.floats] });
  if ('strings' in value)
    return create(AttributeProtoSchema, { name, type: type.STRINGS, strings: value.strings.map(asciiBytes) });
  if ('tensor' in value)
    return create(AttributeProtoSchema, { name, type: type.TENSOR, t: tensorProto('', value.tensor) });
  return value.opaque;
}

/** Attribute texts are ASCII keywords, so that characters are bytes. */
function asciiBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
