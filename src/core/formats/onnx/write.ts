import { create, toBinary } from '@bufbuild/protobuf';
import { bytesOf } from '../../model/data.ts';
import type { Dtype, Shape, TensorData } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './generated/onnx_pb.ts';

/** An attribute of a node. ONNX tells integers from floats, so a plain number would not do. */
export type Attribute =
  | string
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

export interface OnnxNode {
  /** Appears in the runtime's error messages. */
  readonly name: string;
  /** Operator of the default domain, e.g. `Conv`. */
  readonly type: string;
  /** Names of values; '' where an optional input is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** An input or output of the graph. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: Shape;
}

export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Initializers by name. */
  readonly constants: ReadonlyMap<string, TensorData>;
  /** In execution order. */
  readonly nodes: readonly OnnxNode[];
}

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
    initializer: [...graph.constants].map(([name, value]) =>
      create(TensorProtoSchema, {
        name,
        dataType: dataType(value.dtype),
        dims: value.shape.map(BigInt),
        rawData: bytesOf(value.data),
      }),
    ),
    node: graph.nodes.map((node) =>
      create(NodeProtoSchema, {
        name: node.name,
        opType: node.type,
        input: [...node.inputs],
        output: [...node.outputs],
        attribute: Object.entries(node.attributes).map(attributeProto),
      }),
    ),
  });
}

function valueInfo({ name, dtype, shape }: OnnxValue): ValueInfoProto {
  const dim = shape.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }));
  const type = { case: 'tensorType' as const, value: { elemType: dataType(dtype), shape: { dim } } };
  return create(ValueInfoProtoSchema, { name, type: { value: type } });
}

function attributeProto([name, value]: readonly [string, Attribute]): AttributeProto {
  const type = AttributeProto_AttributeType;
  if (typeof value === 'string') {
    // Attribute texts are ASCII keywords, so that characters are bytes.
    const s = Uint8Array.from(value, (char) => char.charCodeAt(0));
    return create(AttributeProtoSchema, { name, type: type.STRING, s });
  }
  if ('int' in value) return create(AttributeProtoSchema, { name, type: type.INT, i: BigInt(value.int) });
  if ('ints' in value)
    return create(AttributeProtoSchema, { name, type: type.INTS, ints: value.ints.map(BigInt) });
  return create(AttributeProtoSchema, { name, type: type.FLOAT, f: value.float });
}

/**
 * ONNX's code of an element type as it is held in memory: half floats are widened to float32 and packed integers to
 * bytes, as `allocate` does.
 */
export function dataType(dtype: Dtype): TensorProto_DataType {
  const type = TensorProto_DataType;
  switch (dtype) {
    case 'float32':
    case 'float16':
    case 'bfloat16':
      return type.FLOAT;
    case 'float64':
      return type.DOUBLE;
    case 'int8':
    case 'int4':
    case 'int2':
      return type.INT8;
    case 'uint8':
    case 'uint4':
      return type.UINT8;
    case 'int16':
      return type.INT16;
    case 'uint16':
      return type.UINT16;
    case 'int32':
      return type.INT32;
    case 'uint32':
      return type.UINT32;
    case 'int64':
      return type.INT64;
    case 'uint64':
      return type.UINT64;
    case 'bool':
      return type.BOOL;
    default:
      throw new Problem('model/invalid', `Values of type ${dtype} cannot be computed with.`, { dtype });
  }
}
