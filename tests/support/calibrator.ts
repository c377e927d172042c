import { byteLength } from '../../src/core/model/data.ts';
import { consumers, isPresent, tensorAt } from '../../src/core/model/graph.ts';
import type { Graph, Op, TensorId } from '../../src/core/model/types.ts';

/** Operators that the golden data show to write their result over an input (`inplace_operator` in TFLite's registrations). */
const inPlace: ReadonlySet<string> = new Set(['ADD', 'SUB', 'MUL']);

/**
 * For every tensor that TFLite overwrites with the result of the op that reads it: that result. TensorFlow's calibrator
 * looks at an op's inputs after the op has run, so the range it records for such a tensor also covers the result's
 * (seen in the golden data; rule: `arena_planner.cc` IdentifyInPlaceTensors).
 */
export function overwritten(graph: Graph): ReadonlyMap<TensorId, TensorId> {
  const readers = consumers(graph);
  const map = new Map<TensorId, TensorId>();
  for (const op of graph.ops.filter(({ kind }) => inPlace.has(kind))) {
    const [output] = op.outputs;
    if (output === undefined || graph.outputs.includes(output)) continue;
    const input = op.inputs
      .slice(0, 2)
      .find((id) => isOverwritable(graph, op, id) && readers.get(id)?.length === 1);
    if (input !== undefined) map.set(input, output);
  }
  return map;
}

function isOverwritable(graph: Graph, op: Op, id: TensorId): boolean {
  if (!isPresent(id) || graph.inputs.includes(id) || graph.outputs.includes(id)) return false;
  if (op.inputs.filter((other) => other === id).length > 1) return false;
  const [tensor, result] = [tensorAt(graph, id), tensorAt(graph, op.outputs[0] as TensorId)];
  const bytes = byteLength(tensor.shape, tensor.dtype) ?? 0;
  // Eight bytes: what fits into a pointer is not shared.
  return tensor.data === undefined && bytes > 8 && bytes === byteLength(result.shape, result.dtype);
}
