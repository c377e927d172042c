import { integersOf } from '../model/data.ts';
import { isPresent, tensorAt } from '../model/graph.ts';
import { permuted } from '../model/permute.ts';
import type { Graph, Op, TensorId } from '../model/types.ts';
import { asMeant, isOrder, type Order } from './order.ts';
import { positive } from './passing/passage.ts';

/** A tensor as the result of TRANSPOSEs: its dimension i is dimension `dims[i]` of `root`, which no TRANSPOSE makes. */
export interface View {
  readonly root: TensorId;
  readonly dims: Order;
}

/** What a TRANSPOSE reorders by; `undefined` for other ops, and where that is only known at run time. */
export function orderOfTranspose(op: Op, graph: Graph): Order | undefined {
  const [input, list] = op.inputs;
  if (op.kind !== 'TRANSPOSE' || !isPresent(input) || !isPresent(list)) return undefined;
  const rank = tensorAt(graph, input).shape.length;
  const order = integersOf(tensorAt(graph, list))?.map((axis) => positive(axis, rank));
  return order !== undefined && isOrder(order, rank) ? order : undefined;
}

/** Every tensor as a view; consecutive TRANSPOSEs are one, and inverse ones none. */
export class Views {
  readonly #views = new Map<TensorId, View>();
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
    for (const op of graph.ops) {
      const order = orderOfTranspose(op, graph);
      const [input, output] = [op.inputs[0], op.outputs[0]];
      if (order === undefined || !isPresent(input) || !isPresent(output)) continue;
      const { root, dims } = this.of(input);
      this.#views.set(output, { root, dims: permuted(dims, order) });
    }
  }

  of(id: TensorId): View {
    return this.#views.get(id) ?? { root: id, dims: asMeant(tensorAt(this.#graph, id).shape.length) };
  }

  /** Whether a TRANSPOSE makes `id`, so that it need not exist. */
  isMade(id: TensorId): boolean {
    return this.#views.has(id);
  }

  /** What TRANSPOSEs make, in execution order. */
  made(): Iterable<readonly [TensorId, View]> {
    return this.#views;
  }
}
