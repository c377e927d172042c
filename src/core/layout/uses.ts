import { isPresent } from '../model/graph.ts';
import type { Graph, OpId, TensorId } from '../model/types.ts';
import type { Order } from './order.ts';
import type { Views } from './views.ts';

/** An operand of an op that is not a TRANSPOSE, as a view of a root. */
export interface Use {
  readonly op: OpId;
  readonly input: number;
  readonly dims: Order;
}

/** Who reads each root, through TRANSPOSEs or not. */
export interface Uses {
  readonly operands: ReadonlyMap<TensorId, readonly Use[]>;
  /** Graph outputs that are views of a root, by their dimensions. */
  readonly outputs: ReadonlyMap<TensorId, readonly Order[]>;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

export function usesOf(graph: Graph, views: Views): Uses {
  const operands = new Map<TensorId, Use[]>();
  const outputs = new Map<TensorId, Order[]>();
  graph.ops.forEach((op, index) => {
    if (op.outputs.some((id) => views.isMade(id))) return;
    op.inputs.forEach((id, input) => {
      if (!isPresent(id)) return;
      const { root, dims } = views.of(id);
      push(operands, root, { op: index as OpId, input, dims });
    });
  });
  for (const id of graph.outputs) {
    const { root, dims } = views.of(id);
    push(outputs, root, dims);
  }
  return { operands, outputs };
}
