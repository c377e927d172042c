import { withoutUnusedTensors } from '../model/compact.ts';
import { isPresent, mainGraph, tensorAt, withMainGraph, withoutOriginal } from '../model/graph.ts';
import type { Graph, Model, Op, Signature, Tensor, TensorId } from '../model/types.ts';
import { onceGraphs } from '../model/variables.ts';
import { dequantized } from '../prepare/dequantize-constant.ts';
import { Problem } from '../problem.ts';
import { withRuntimeVersion, withVersions } from './versions.ts';

/** Conversions between float and integers that mean nothing in a float graph; constants are widened instead. */
function isConversion(op: Op): boolean {
  return op.kind === 'QUANTIZE' || op.kind === 'DEQUANTIZE';
}

/** For each tensor that a conversion makes, the tensor that it stands for. */
function aliases(graph: Graph): ReadonlyMap<TensorId, TensorId> {
  const map = new Map<TensorId, TensorId>();
  for (const op of graph.ops) {
    const [from] = op.inputs;
    const [to] = op.outputs;
    if (isConversion(op) && isPresent(from) && isPresent(to)) map.set(to, map.get(from) ?? from);
  }
  return map;
}

function floatTensor(tensor: Tensor): Tensor {
  if (tensor.quant === undefined && tensor.dtype !== 'float16') return tensor;
  if (tensor.data !== undefined) {
    const { grid: _, ...float } = dequantized(tensor);
    return float;
  }
  const { quant: _quant, passthrough: _passthrough, ...rest } = tensor;
  return { ...rest, dtype: 'float32' };
}

/** Outputs keep the names that callers know, although the tensors that carried them are gone. */
function withOutputNames(
  graph: Graph,
  tensors: readonly Tensor[],
  alias: ReadonlyMap<TensorId, TensorId>,
): readonly Tensor[] {
  const renamed = [...tensors];
  for (const id of graph.outputs) {
    const source = alias.get(id);
    const inner = source === undefined ? undefined : renamed[source];
    if (source === undefined || inner === undefined || graph.inputs.includes(source)) continue;
    renamed[source] = { ...inner, name: tensorAt(graph, id).name };
  }
  return renamed;
}

/** @param alias - see `aliases` */
function floatGraph(graph: Graph, alias: ReadonlyMap<TensorId, TensorId>): Graph {
  const move = (id: TensorId): TensorId => alias.get(id) ?? id;
  return {
    ...graph,
    outputs: graph.outputs.map(move),
    tensors: withOutputNames(graph, graph.tensors.map(floatTensor), alias),
    ops: graph.ops.filter((op) => !isConversion(op)).map((op) => ({ ...op, inputs: op.inputs.map(move) })),
  };
}

/**
 * The float twin of a quantized model: every integer weight becomes the real value that it stands for, conversions fall
 * away, activations are float32. Its answers differ from the quantized model's only by the rounding of activations.
 * @throws Problem `quantize/unsupported` for a model without quantized tensors.
 */
export function dequantize(model: Model): Model {
  const graph = mainGraph(model);
  if (!graph.tensors.some((tensor) => tensor.quant !== undefined || tensor.dtype === 'float16')) {
    throw new Problem('quantize/unsupported', 'The model has no quantized tensors; it is float already.');
  }
  const alias = aliases(graph);
  const move = (id: TensorId): TensorId => alias.get(id) ?? id;
  const moveArguments = (list: Signature['inputs']) => list.map((a) => ({ ...a, tensor: move(a.tensor) }));
  const float = floatGraph(graph, alias);
  const signatures = model.signatures.map((s) =>
    s.graph === 0 ? { ...s, outputs: moveArguments(s.outputs) } : s,
  );
  const once = onceGraphs(model);
  const graphs = model.graphs.map((other, index) =>
    once.has(index) ? floatGraph(other, aliases(other)) : other,
  );
  const result = { ...withMainGraph({ ...withoutOriginal(model), graphs }, withVersions(float)), signatures };
  return withRuntimeVersion(withoutUnusedTensors(result));
}
