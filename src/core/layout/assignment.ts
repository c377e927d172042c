import { elementCount } from '../model/data.ts';
import { isPresent, tensorAt } from '../model/graph.ts';
import { permuted } from '../model/permute.ts';
import type { Graph, Op, OpId, Shape, TensorId } from '../model/types.ts';
import { asMeant, nhwc, type Order, same, sequence } from './order.ts';
import type { Arrangement, Passage } from './passing/passage.ts';
import { type Use, type Uses, usesOf } from './uses.ts';
import { Views } from './views.ts';

/** How somebody wants a root: its dimensions in `order`, then reshaped to `shape`. */
export interface Demand {
  readonly order: Order;
  readonly shape: Shape;
}

/**
 * Which op is written in which order: one passage for each op, or none where it stays as it is. From that follows how each
 * tensor is stored, who wants it otherwise, and so what all remaining TRANSPOSEs cost.
 */
export class Assignment {
  readonly graph: Graph;
  readonly views: Views;
  readonly #uses: Uses;
  readonly #passages: (Passage | undefined)[];
  readonly #orders = new Map<TensorId, Order>();

  constructor(graph: Graph, inputs: ReadonlyMap<TensorId, Order>) {
    this.graph = graph;
    this.views = new Views(graph);
    this.#uses = usesOf(graph, this.views);
    this.#passages = graph.ops.map(() => undefined);
    for (const [id, order] of inputs) this.#orders.set(id, order);
  }

  passage(op: OpId): Passage | undefined {
    return this.#passages[op];
  }

  assign(op: OpId, passage: Passage | undefined): void {
    this.#passages[op] = passage;
    this.#op(op).outputs.forEach((id, k) => {
      const order = passage?.outputs[k];
      if (order === undefined) this.#orders.delete(id);
      else this.#orders.set(id, order);
    });
  }

  /** The order in which a root is stored. */
  order(root: TensorId): Order {
    return this.#orders.get(root) ?? asMeant(this.#shape(root).length);
  }

  /** How the tensor `id`, which may be a view, is stored. */
  orderOf(id: TensorId): Order {
    const { root, dims } = this.views.of(id);
    return this.order(root).map((axis) => dims.indexOf(axis));
  }

  /** How an operand is wanted; as it is meant where the op's passage says nothing. */
  demandOf({ op, input, dims }: Use, root: TensorId): Demand {
    const wanted = this.#passages[op]?.inputs[input] ?? { order: asMeant(dims.length) };
    return this.demand(root, dims, wanted);
  }

  demand(root: TensorId, dims: Order, { order, shape }: Arrangement): Demand {
    const own = permuted(dims, order);
    return { order: own, shape: shape ?? permuted(this.#shape(root), own) };
  }

  /** How each reader among ops wants `root`. */
  demands(root: TensorId): readonly Demand[] {
    return (this.#uses.operands.get(root) ?? []).map((use) => this.demandOf(use, root));
  }

  /** How a graph output that is a view of `root` is handed out: an image in NHWC if it is stored so, else as it is meant. */
  outputOrder(root: TensorId, dims: Order): Order {
    const stored = this.order(root).map((axis) => dims.indexOf(axis));
    const shape = permuted(this.#shape(root), dims);
    const choices = dims.length === 4 ? [asMeant(4), nhwc] : [asMeant(dims.length)];
    const alike = (order: Order) => same(sequence(order, shape), sequence(stored, shape));
    return choices.find((order) => same(order, stored)) ?? choices.find(alike) ?? asMeant(dims.length);
  }

  /** Elements that TRANSPOSEs of `root` move, and 1 for each RESHAPE. */
  cost(root: TensorId): number {
    if (tensorAt(this.graph, root).data !== undefined) return 0;
    const shape = this.#shape(root);
    const outputs = (this.#uses.outputs.get(root) ?? []).map((dims) =>
      this.demand(root, dims, { order: this.outputOrder(root, dims) }),
    );
    const own = this.order(root);
    const shapes = new Map([[String(sequence(own, shape)), new Set([String(permuted(shape, own))])]]);
    let cost = 0;
    for (const wanted of [...this.demands(root), ...outputs]) {
      const key = String(sequence(wanted.order, shape));
      const known = shapes.get(key);
      // One TRANSPOSE serves all who want the same sequence; it makes the shape that the first of them wants.
      if (known === undefined) {
        const made = String(permuted(shape, wanted.order));
        shapes.set(key, new Set([made, String(wanted.shape)]));
        cost += elementCount(shape) + (made === String(wanted.shape) ? 0 : 1);
      } else if (!known.has(String(wanted.shape))) {
        known.add(String(wanted.shape));
        cost++;
      }
    }
    return cost;
  }

  /** The roots that an op reads or makes: whose cost its passage decides. */
  rootsAround(op: OpId): ReadonlySet<TensorId> {
    const { inputs, outputs } = this.#op(op);
    return new Set([...inputs, ...outputs].filter(isPresent).map((id) => this.views.of(id).root));
  }

  totalCost(): number {
    const roots = new Set([...this.#uses.operands.keys(), ...this.#uses.outputs.keys()]);
    return [...roots].reduce((sum, root) => sum + this.cost(root), 0);
  }

  #op(op: OpId): Op {
    return this.graph.ops[op] as Op;
  }

  #shape(id: TensorId): Shape {
    return tensorAt(this.graph, id).shape;
  }
}
