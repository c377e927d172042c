import { elementCount } from '../model/data.ts';
import { isPresent, tensorAt } from '../model/graph.ts';
import type { Graph, Op, OpId, TensorId } from '../model/types.ts';
import { Assignment } from './assignment.ts';
import { isAsMeant, nhwc, type Order, same, sequence } from './order.ts';
import { type Features, featuresOf } from './passing/features.ts';
import type { Passage, Passing } from './passing/passage.ts';
import { passingOf } from './passing/table.ts';

/** Looks for the cheapest assignment of a graph. */
class Search {
  readonly #graph: Graph;
  readonly #passings: readonly (Passing | undefined)[];

  constructor(graph: Graph) {
    this.#graph = graph;
    const features: Features = featuresOf(graph);
    this.#passings = graph.ops.map((op) => passingOf(op, graph, features));
  }

  /**
   * First TRANSPOSEs sink as far as they can, whatever stands below, if that is no dearer in the end: what branches
   * (x · sigmoid(x), a residual) meets again in one order. Then they rise and sink as long as that makes the whole
   * cheaper. It ends: within a sweep each op is looked at once and the cost never grows, and there is another pair of
   * sweeps only where the cost, a natural number, fell.
   */
  run(inputs: ReadonlyMap<TensorId, Order>): Assignment {
    const assignment = new Assignment(this.#graph, inputs);
    const ids = this.#graph.ops.map((_, index) => index as OpId);
    const untouched = assignment.totalCost();
    for (const id of ids) this.#settle(assignment, id);
    if (assignment.totalCost() > untouched) for (const id of ids) assignment.assign(id, undefined);
    for (let cost = Number.POSITIVE_INFINITY; assignment.totalCost() < cost; ) {
      cost = assignment.totalCost();
      for (const id of ids.toReversed()) this.#improve(assignment, id, this.#fromOutputs(assignment, id));
      // None comes last: it wins over what costs as much only where no operand is stored otherwise than it is meant.
      for (const id of ids) this.#improve(assignment, id, [...this.#fromInputs(assignment, id), undefined]);
    }
    return assignment;
  }

  #op(id: OpId): Op {
    return this.#graph.ops[id] as Op;
  }

  /** The passages that take an operand as it is stored. */
  #fromInputs(assignment: Assignment, id: OpId): readonly Passage[] {
    const passing = this.#passings[id];
    if (passing === undefined) return [];
    return this.#op(id).inputs.flatMap((input, index) => {
      if (!isPresent(input) || tensorAt(this.#graph, input).data !== undefined) return [];
      const order = assignment.orderOf(input);
      return isAsMeant(order) ? [] : (passing.fromInput(index, order) ?? []);
    });
  }

  /** The passages that make a result as one of its readers wants it. */
  #fromOutputs(assignment: Assignment, id: OpId): readonly Passage[] {
    const passing = this.#passings[id];
    if (passing === undefined) return [];
    return this.#op(id).outputs.flatMap((output, index) =>
      assignment
        .demands(output)
        .flatMap(({ order }) => (isAsMeant(order) ? [] : (passing.fromOutput(index, order) ?? []))),
    );
  }

  /** What operands cost that are not stored as `passage` wants them, not looking at who else reads them. */
  #inputCost(assignment: Assignment, id: OpId, passage: Passage | undefined): number {
    const costs = new Map<TensorId, number>();
    this.#op(id).inputs.forEach((input, index) => {
      if (!isPresent(input)) return;
      const { shape, data } = tensorAt(this.#graph, input);
      const stored = sequence(assignment.orderOf(input), shape);
      const wanted = passage?.inputs[index]?.order ?? [...shape.keys()];
      const fits = data !== undefined || same(stored, sequence(wanted, shape));
      costs.set(input, fits ? 0 : elementCount(shape));
    });
    return [...costs.values()].reduce((sum, cost) => sum + cost, 0);
  }

  /** Of equal costs the first passage wins over none: what is above goes on below. */
  #settle(assignment: Assignment, id: OpId): void {
    const choices = [...this.#fromInputs(assignment, id), undefined];
    const costs = choices.map((passage) => this.#inputCost(assignment, id, passage));
    assignment.assign(id, choices[costs.indexOf(Math.min(...costs))]);
  }

  /** Takes one of `choices` where the whole is no dearer with it, or none where that is cheaper. */
  #improve(assignment: Assignment, id: OpId, choices: readonly (Passage | undefined)[]): void {
    const current = assignment.passage(id);
    const roots = [...assignment.rootsAround(id)];
    const costWith = (passage: Passage | undefined) => {
      assignment.assign(id, passage);
      return roots.reduce((sum, root) => sum + assignment.cost(root), 0);
    };
    let best: { readonly passage: Passage | undefined; readonly cost: number } = {
      passage: current,
      cost: costWith(current),
    };
    choices.forEach((passage, index) => {
      const cost = costWith(passage);
      if (cost < best.cost || (cost === best.cost && index === 0)) best = { passage, cost };
    });
    const none = costWith(undefined);
    assignment.assign(id, none < best.cost ? undefined : best.passage);
  }
}

/** The order that an input may be asked for instead: images channels last, if they are images. */
function imageOrder(graph: Graph, id: TensorId): Order | undefined {
  const { shape, dtype } = tensorAt(graph, id);
  if (dtype === 'int32' || dtype === 'int64' || dtype === 'bool') return undefined;
  if (shape.length === 4) return nhwc;
  const [channels = 0, height = 0, width = 0] = shape;
  const isImage = shape.length === 3 && [1, 3, 4].includes(channels) && Math.min(height, width) > 4;
  return isImage ? [1, 2, 0] : undefined;
}

/**
 * The cheapest assignment found. Inputs that are images change to channels last where that saves something; each alone is
 * held against staying as it is.
 */
export function arrange(graph: Graph): Assignment {
  const search = new Search(graph);
  const orders = new Map<TensorId, Order>();
  for (const id of graph.inputs) {
    const order = imageOrder(graph, id);
    if (order !== undefined) orders.set(id, order);
  }
  let best = search.run(orders);
  for (const id of [...orders.keys()]) {
    const others = new Map([...orders].filter(([other]) => other !== id));
    const without = search.run(others);
    if (without.totalCost() > best.totalCost()) continue;
    orders.delete(id);
    best = without;
  }
  return best;
}
