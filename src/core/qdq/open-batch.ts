import type { OnnxGraph, OnnxModel, OnnxValue } from '../formats/onnx/graph.ts';

/**
 * The graph with a batch open again that its file left open. Where the file asks for shapes, those were computed for a batch of
 * 1, and it stays so. Other sizes stay too: padding was worked out with them.
 */
export function withOpenBatch({ graph: before }: OnnxModel, graph: OnnxGraph): OnnxGraph {
  if (before.nodes.some(({ type }) => type === 'Shape' || type === 'Size')) return graph;
  const written = new Map([...before.inputs, ...before.outputs].map((value) => [value.name, value]));
  const reopened = (value: OnnxValue): OnnxValue => {
    const batch = written.get(value.name)?.shape?.[0];
    const [, ...rest] = value.shape ?? [];
    return typeof batch === 'string' && value.shape !== undefined
      ? { ...value, shape: [batch, ...rest] }
      : value;
  };
  return { ...graph, inputs: graph.inputs.map(reopened), outputs: graph.outputs.map(reopened) };
}
