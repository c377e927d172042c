import { create, toBinary } from '@bufbuild/protobuf';
import type { TensorData } from '../../model/types.ts';
import {
  type AttributeProto,
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  OperatorSetIdProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  type ValueInfoProto,
} from './generated/onnx_pb.ts';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from './graph.ts';
import { tensorProto } from './tensor.ts';
import { attributeProto, nodeProto, valueInfo } from './write.ts';

/** What takes the place of a file's graph. */
export interface Rewriting {
  readonly graph: OnnxGraph;
  /** Version of ONNX's own operator set that the graph is written in. */
  readonly opset: number;
  /** Element types of its values, those of the file at least. */
  readonly types: ReadonlyMap<string, Pick<OnnxValue, 'dtype'>>;
}

/** The first file format version that knows the operator sets we raise to; older ones list constants among the inputs. */
const leastIrVersion = 7n;

/**
 * The bytes of a file that was read, with another graph in it. What is the same in both is taken over as it stands:
 * metadata, functions, operator sets of other domains, texts of nodes and values, attributes that are not known here.
 * Weights from a second file come to lie in this one.
 */
export function rewriteOnnx(file: OnnxModel, { graph, opset, types }: Rewriting): Uint8Array {
  const { proto } = file;
  const own = proto.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  const sets = proto.opsetImport.filter((set) => set !== own);
  const model = changed(proto, {
    irVersion: proto.irVersion > leastIrVersion ? proto.irVersion : leastIrVersion,
    opsetImport: [
      create(OperatorSetIdProtoSchema, { domain: own?.domain ?? '', version: BigInt(opset) }),
      ...sets,
    ],
    ...(proto.graph !== undefined && { graph: graphProto(file, proto.graph, { graph, types }) }),
  });
  return toBinary(ModelProtoSchema, model);
}

/** A copy of a message with some fields replaced. Absent fields lie in the prototype, so a spread would lose them. */
export function changed<T extends object>(message: T, fields: Partial<T>): T {
  return Object.assign(Object.create(Object.getPrototypeOf(message)), message, fields);
}

function graphProto(
  file: OnnxModel,
  proto: GraphProto,
  { graph, types }: Pick<Rewriting, 'graph' | 'types'>,
): GraphProto {
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  return changed(proto, {
    node: nodeProtos(file, proto, graph.nodes),
    initializer: initializers(file, proto, graph.constants),
    input: valueInfos(proto.input, file.graph.inputs, graph.inputs),
    output: valueInfos(proto.output, file.graph.outputs, graph.outputs),
    // What the file said of values inside holds where they still exist as they were.
    valueInfo: proto.valueInfo.filter(
      ({ name }) => made.has(name) && types.get(name)?.dtype === file.told.get(name)?.dtype,
    ),
  });
}

function nodeProtos(file: OnnxModel, proto: GraphProto, nodes: readonly OnnxNode[]): NodeProto[] {
  const stored = new Map<OnnxNode, NodeProto>();
  const makers = new Map<string, OnnxNode>();
  for (const [i, node] of file.graph.nodes.entries()) {
    const at = proto.node[i];
    if (at !== undefined) stored.set(node, at);
    for (const output of node.outputs) if (output !== '') makers.set(output, node);
    if (node.name !== '') makers.set(nameKey(node), node);
  }
  return nodes.map((node) => {
    const known = makers.get(nameKey(node)) ?? makers.get(node.outputs[0] ?? '');
    const before = known?.type === node.type && known.domain === node.domain ? known : undefined;
    const at = before && stored.get(before);
    return before === undefined || at === undefined ? nodeProto(node) : changedNode(node, before, at);
  });
}

/** Apart from names of values, which have no such beginning. */
function nameKey({ name, type }: OnnxNode): string {
  return name === '' ? '' : `\u0000${type}\u0000${name}`;
}

function changedNode(node: OnnxNode, before: OnnxNode, proto: NodeProto): NodeProto {
  if (node === before) return proto;
  const stored = new Map<string, AttributeProto>(proto.attribute.map((it) => [it.name, it]));
  return changed(proto, {
    name: node.name,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, value]) => {
      const at = before.attributes[name] === value ? stored.get(name) : undefined;
      return at ?? attributeProto([name, value]);
    }),
  });
}

function initializers(
  file: OnnxModel,
  proto: GraphProto,
  constants: ReadonlyMap<string, TensorData>,
): TensorProto[] {
  const stored = new Map(proto.initializer.map((it) => [it.name, it]));
  return [...constants].map(([name, value]) => {
    const at = file.graph.constants.get(name) === value ? stored.get(name) : undefined;
    const inside = at?.dataLocation !== TensorProto_DataLocation.EXTERNAL;
    return at !== undefined && inside ? at : tensorProto(name, value);
  });
}

function valueInfos(
  protos: readonly ValueInfoProto[],
  before: readonly OnnxValue[],
  after: readonly OnnxValue[],
): ValueInfoProto[] {
  const stored = new Map(protos.map((it) => [it.name, it]));
  const known = new Map(before.map((it) => [it.name, it]));
  return after.map((value) => {
    const at = stored.get(value.name);
    if (at === undefined) return valueInfo(value);
    const same = JSON.stringify(known.get(value.name)) === JSON.stringify(value);
    return same ? at : changed(at, { type: valueInfo(value).type });
  });
}
