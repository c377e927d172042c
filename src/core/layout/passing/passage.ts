import { integersOf } from '../../model/data.ts';
import { isPresent, tensorAt } from '../../model/graph.ts';
import type { Graph, Op, Shape, TensorId } from '../../model/types.ts';
import type { Order } from '../order.ts';

/** How an op wants an operand: its dimensions in this order, then, where `shape` is there, RESHAPEd by dimensions of size 1. */
export interface Arrangement {
  readonly order: Order;
  readonly shape?: Shape;
}

/** One way to write an op so that what it makes is stored in other orders. */
export interface Passage {
  /** By operand; `undefined` for one that stays as it is (a list of axes, say, or a scalar). */
  readonly inputs: readonly (Arrangement | undefined)[];
  /** By result. */
  readonly outputs: readonly Order[];
  /** The op with options for these orders; its inputs and outputs are the old ones. */
  readonly op: Op;
  /** New contents for operands that are constant integers, by operand. */
  readonly integers?: ReadonlyMap<number, readonly number[]>;
  /**
   * Of a result with rows of features: feature j of what is stored is feature `columns[j]` of what is meant. A dense layer
   * behind it takes that into its weights.
   */
  readonly columns?: readonly number[];
}

/** What orders can go through an op, told from one operand or from one result. `undefined`: this one cannot. */
export interface Passing {
  fromInput(input: number, order: Order): Passage | undefined;
  fromOutput(output: number, order: Order): Passage | undefined;
}

/** An op and the graph around it, with the questions that every kind asks. */
export class Site<O extends Op = Op> {
  readonly op: O;
  readonly graph: Graph;
  constructor(op: O, graph: Graph) {
    this.op = op;
    this.graph = graph;
  }

  input(index: number): TensorId | undefined {
    const id = this.op.inputs[index];
    return isPresent(id) ? id : undefined;
  }

  /** Shape of an operand; `[]` where it is left out. */
  inputShape(index: number): Shape {
    const id = this.input(index);
    return id === undefined ? [] : tensorAt(this.graph, id).shape;
  }

  outputShape(index = 0): Shape {
    return tensorAt(this.graph, this.op.outputs[index] as TensorId).shape;
  }

  /** Contents of a constant operand. */
  integers(index: number): readonly number[] | undefined {
    const id = this.input(index);
    return id === undefined ? undefined : integersOf(tensorAt(this.graph, id));
  }

  /** Axes of a tensor of `rank` dimensions in a constant operand, negative ones counted from the end. */
  axes(index: number, rank: number): readonly number[] | undefined {
    return this.integers(index)?.map((axis) => positive(axis, rank));
  }
}

export function positive(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
