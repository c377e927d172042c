import { isPresent } from './graph.ts';
import type { Graph, Model, Signature, TensorId } from './types.ts';

function used(graph: Graph): ReadonlySet<TensorId> {
  const ids = graph.ops.flatMap((op) => [...op.inputs, ...op.outputs, ...(op.intermediates ?? [])]);
  return new Set([...graph.inputs, ...graph.outputs, ...ids].filter(isPresent));
}

/** The first graph without tensors that nothing refers to; the others move up and every reference follows. */
export function withoutUnusedTensors(model: Model): Model {
  const [graph, ...others] = model.graphs;
  if (graph === undefined) return model;
  const keep = used(graph);
  const kept = graph.tensors.map((_, id) => id as TensorId).filter((id) => keep.has(id));
  const position = new Map(kept.map((id, index) => [id, index as TensorId]));
  const move = (id: TensorId): TensorId => position.get(id) ?? id;
  const moveAll = (ids: readonly TensorId[]) => ids.map(move);
  const moveArguments = (list: Signature['inputs']) => list.map((a) => ({ ...a, tensor: move(a.tensor) }));
  const compacted: Graph = {
    ...graph,
    inputs: moveAll(graph.inputs),
    outputs: moveAll(graph.outputs),
    tensors: graph.tensors.filter((_, id) => keep.has(id as TensorId)),
    ops: graph.ops.map((op) => ({
      ...op,
      inputs: moveAll(op.inputs),
      outputs: moveAll(op.outputs),
      ...(op.intermediates !== undefined && { intermediates: moveAll(op.intermediates) }),
    })),
  };
  const signatures = model.signatures.map((s) =>
    s.graph === 0 ? { ...s, inputs: moveArguments(s.inputs), outputs: moveArguments(s.outputs) } : s,
  );
  return { ...model, graphs: [compacted, ...others], signatures };
}
