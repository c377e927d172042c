import { byteLength } from '../core/model/data.ts';
import { isPresent, mainGraph, opName, tensorAt } from '../core/model/graph.ts';
import type { Graph, Model, TensorId } from '../core/model/types.ts';
import { Problem } from '../core/problem.ts';

/** Bytes of values that may exist at once. A wasm memory ends at 4 GiB, and kernels take work space besides. */
const limit = 2 * 1024 ** 3;

/**
 * Refuses what cannot fit before anything is allocated, because a wasm runtime that runs out of memory is lost.
 * @throws Problem `compute/out-of-memory`
 */
export function refuseTooLarge(model: Model, taps: readonly TensorId[]): void {
  const graph = mainGraph(model);
  const kept = sizeOf(graph, new Set([...graph.inputs, ...graph.outputs, ...taps]));
  const constants = sizeOf(graph, constantIds(graph));
  graph.ops.forEach((op, index) => {
    const bytes = kept + constants + sizeOf(graph, new Set([...op.inputs, ...op.outputs]));
    if (bytes <= limit) return;
    const gigabytes = (bytes / 1024 ** 3).toFixed(1);
    const text = `Op ${index} (${opName(op)}) needs about ${gigabytes} GiB of tensors at once; at most 2 GiB are allowed.`;
    throw new Problem('compute/out-of-memory', text, { op: index, bytes, limit });
  });
}

function constantIds(graph: Graph): ReadonlySet<TensorId> {
  return new Set(graph.tensors.flatMap((tensor, id) => (tensor.data === undefined ? [] : [id as TensorId])));
}

function sizeOf(graph: Graph, ids: ReadonlySet<TensorId>): number {
  return [...ids].filter(isPresent).reduce((sum, id) => {
    const { shape, dtype } = tensorAt(graph, id);
    return sum + (byteLength(shape, dtype) ?? 0);
  }, 0);
}
