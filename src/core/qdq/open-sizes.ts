import type { OnnxGraph, OnnxModel } from '../formats/onnx/graph.ts';

/**
 * The graph with the sizes that its file left open, a batch mostly, open again. Where the file asks for shapes, those were
 * computed with sizes that were given, and the sizes stay.
 */
export function withOpenSizes({ graph: before }: OnnxModel, graph: OnnxGraph): OnnxGraph {
  const asks = before.nodes.some(({ type }) => type === 'Shape' || type === 'Size');
  return asks ? graph : { ...graph, inputs: before.inputs, outputs: before.outputs };
}
