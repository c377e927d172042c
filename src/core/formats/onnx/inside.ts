import type { AttributeProto, GraphProto } from './generated/onnx_pb.ts';
import type { OnnxNode } from './graph.ts';

/** Names of values that graphs inside of a node read (branches, loop bodies); some of them are of the graph around it. */
export function namesInside({ attributes }: OnnxNode): readonly string[] {
  return Object.values(attributes).flatMap((value) =>
    typeof value === 'object' && 'opaque' in value ? namesOf(value.opaque) : [],
  );
}

/** `true` for a node that has graphs inside. */
export function holdsGraph({ attributes }: OnnxNode): boolean {
  return Object.values(attributes).some(
    (value) => typeof value === 'object' && 'opaque' in value && graphsOf(value.opaque).length > 0,
  );
}

function graphsOf({ g, graphs }: AttributeProto): readonly GraphProto[] {
  return g === undefined ? graphs : [g, ...graphs];
}

function namesOf(attribute: AttributeProto): readonly string[] {
  return graphsOf(attribute).flatMap(({ node, output }) => [
    ...output.map(({ name }) => name),
    ...node.flatMap((inner) => [...inner.input, ...inner.attribute.flatMap(namesOf)]),
  ]);
}
