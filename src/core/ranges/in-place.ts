import { byteLength } from '../model/data.ts';
import { consumers, isPresent, tensorAt } from '../model/graph.ts';
import type { Graph, Op, TensorId } from '../model/types.ts';

/** Operators that TensorFlow Lite lets write their result over an input, as its recorded ranges show. */
const inPlace: ReadonlySet<string> = new Set(['ADD', 'SUB', 'MUL']);

/** What fits into a pointer is not shared. */
const smallest = 8;

function isOverwritable(graph: Graph, op: Op, id: TensorId): boolean {
  if (!isPresent(id) || graph.inputs.includes(id) || graph.outputs.includes(id)) return false;
  if (op.inputs.filter((other) => other === id).length > 1) return false;
  const [tensor, result] = [tensorAt(graph, id), tensorAt(graph, op.outputs[0] as TensorId)];
  const bytes = byteLength(tensor.shape, tensor.dtype) ?? 0;
  return tensor.data === undefined && bytes > smallest && bytes === byteLength(result.shape, result.dtype);
}

/**
 * For every tensor that TensorFlow Lite overwrites with the result of the op that reads it: that result. The rule is that of
 * arena_planner.cc, IdentifyInPlaceTensors: the first input that nobody else reads and that has the result's size.
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
