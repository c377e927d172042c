import type { OnnxValue } from '../formats/onnx/graph.ts';
import { writeOnnx } from '../formats/onnx/write.ts';
import { mainGraph, opName, tensorAt } from '../model/graph.ts';
import type { Graph, Model, TensorId } from '../model/types.ts';
import { Problem } from '../problem.ts';
import { inputName, Lowering } from './lowering.ts';
import { lowererOf } from './table.ts';

/** A model that an ONNX runtime computes as TFLite would; in and out as in the TFLite file (NHWC). */
export interface LoweredModel {
  /** An ONNX file. */
  readonly bytes: Uint8Array;
  /** Names of the ONNX inputs, in the order of the graph's inputs. */
  readonly inputs: readonly string[];
  /** Name of the ONNX output that carries a tensor, for every graph output and every tap. */
  readonly outputs: ReadonlyMap<TensorId, string>;
}

/**
 * The first graph of a float model as ONNX.
 * @param taps - activations that become outputs, besides the graph's own.
 * @param firstOp - position of the graph's first op in the model that messages speak of.
 * @throws Problem `model/unsupported-op` naming every op that has no counterpart.
 */
export function lowerModel(model: Model, taps: readonly TensorId[], firstOp = 0): LoweredModel {
  const graph = mainGraph(model);
  refuseUnknownOps(graph, firstOp);
  const to = new Lowering(graph);
  graph.ops.forEach((op, index) => {
    to.enter(op, firstOp + index);
    lowererOf(op)?.(op, to);
  });
  const outputs = new Map<TensorId, string>();
  for (const id of [...graph.outputs, ...taps]) {
    // Identity: two tensors may share a value, and an output must not be an input or a constant itself.
    if (!outputs.has(id)) outputs.set(id, to.node('Identity', [to.value(id)]));
  }
  const bytes = writeOnnx({
    inputs: graph.inputs.map((id) => described(graph, id, inputName(id))),
    outputs: [...outputs].map(([id, name]) => described(graph, id, name)),
    constants: to.constants,
    nodes: to.nodes,
  });
  return { bytes, inputs: graph.inputs.map(inputName), outputs };
}

function described(graph: Graph, id: TensorId, name: string): OnnxValue {
  const { dtype, shape } = tensorAt(graph, id);
  return { name, dtype, shape };
}

function refuseUnknownOps(graph: Graph, firstOp: number): void {
  const ops = graph.ops.flatMap((op, index) =>
    lowererOf(op) === undefined ? [{ index: firstOp + index, name: opName(op) }] : [],
  );
  if (ops.length === 0) return;
  const list = ops.map(({ index, name }) => `${name} (op ${index})`).join(', ');
  throw new Problem('model/unsupported-op', `The float runtime lacks ${list}.`, { ops });
}
