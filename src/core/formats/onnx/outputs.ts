import { create, toBinary } from '@bufbuild/protobuf';
import type { OriginalFile } from '../../model/types.ts';
import { type GraphProto, ModelProtoSchema, ValueInfoProtoSchema } from './generated/onnx_pb.ts';
import type { OnnxModel } from './graph.ts';
import { changed } from './rewrite.ts';

/**
 * The bytes of a model that hands out the given values, and nothing else; all besides is as in the file.
 * @param names - of values that the graph's nodes make. A runtime infers their types.
 */
export function withOutputs({ proto }: OnnxModel, names: readonly string[]): Uint8Array {
  const graph = proto.graph as GraphProto;
  const given = new Map(graph.output.map((info) => [info.name, info]));
  const output = names.map((name) => given.get(name) ?? create(ValueInfoProtoSchema, { name }));
  return toBinary(ModelProtoSchema, changed(proto, { graph: changed(graph, { output }) }));
}

/** A file as what computes the values of its translation. */
export function originalOf(file: OnnxModel): OriginalFile {
  return { withOutputs: (names) => withOutputs(file, names) };
}
