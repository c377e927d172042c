import { isPresent } from '../model/graph.ts';
import type { Graph, Op, OpId, Tensor, TensorId } from '../model/types.ts';

/** A graph while ops are joined: an op may be replaced or removed, a reader may be sent to another tensor. */
export class Draft {
  readonly #graph: Graph;
  readonly #tensors: Tensor[];
  readonly #ops: (Op | undefined)[];
  readonly #outputs: TensorId[];
  readonly #readers = new Map<TensorId, Set<OpId>>();
  readonly #producers = new Map<TensorId, OpId>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#tensors = [...graph.tensors];
    this.#ops = [...graph.ops];
    this.#outputs = [...graph.outputs];
    graph.ops.forEach((op, id) => {
      this.#link(op, id as OpId);
    });
  }

  /** Ops that are still there, in execution order; ops may be changed on the way. */
  *ops(): Generator<readonly [OpId, Op]> {
    for (let id = 0; id < this.#ops.length; id++) {
      const op = this.#ops[id];
      if (op !== undefined) yield [id as OpId, op];
    }
  }

  tensor(id: TensorId): Tensor {
    return this.#tensors[id] as Tensor;
  }

  /** The tensor of an operand; `undefined` where it is left out. */
  operand(op: Op, index: number): Tensor | undefined {
    const id = op.inputs[index];
    return isPresent(id) ? this.tensor(id) : undefined;
  }

  add(tensor: Tensor): TensorId {
    return (this.#tensors.push(tensor) - 1) as TensorId;
  }

  op(id: OpId): Op {
    return this.#ops[id] as Op;
  }

  /** The op that makes a tensor. */
  producer(id: TensorId | undefined): readonly [OpId, Op] | undefined {
    const op = isPresent(id) ? this.#producers.get(id) : undefined;
    return op === undefined ? undefined : [op, this.op(op)];
  }

  readers(id: TensorId): readonly OpId[] {
    return [...(this.#readers.get(id) ?? [])];
  }

  isOutput(id: TensorId): boolean {
    return this.#outputs.includes(id);
  }

  /** Whether one op alone reads a tensor, nobody outside sees it, and it is not rounded to a grid of its own. */
  isPrivate(id: TensorId): boolean {
    const { quant, fakeQuant } = this.tensor(id);
    const isRounded = quant !== undefined || fakeQuant !== undefined;
    return !isRounded && !this.isOutput(id) && this.#readers.get(id)?.size === 1;
  }

  replace(id: OpId, op: Op): void {
    this.remove(id);
    this.#ops[id] = op;
    this.#link(op, id);
  }

  remove(id: OpId): void {
    const op = this.op(id);
    for (const input of op.inputs) this.#readers.get(input)?.delete(id);
    for (const output of op.outputs) this.#producers.delete(output);
    this.#ops[id] = undefined;
  }

  /** Sends all ops that read `from` to `to`. */
  redirect(from: TensorId, to: TensorId): void {
    for (const reader of this.readers(from)) {
      const op = this.op(reader);
      this.replace(reader, { ...op, inputs: op.inputs.map((id) => (id === from ? to : id)) });
    }
  }

  /** The graph without the ops that nobody waits for. */
  finish(): Graph {
    const needed = new Set<TensorId>(this.#outputs);
    const ops = this.#ops.toReversed().filter((op): op is Op => {
      if (op === undefined || !op.outputs.some((id) => needed.has(id))) return false;
      for (const id of op.inputs) needed.add(id);
      return true;
    });
    return { ...this.#graph, tensors: this.#tensors, ops: ops.toReversed(), outputs: this.#outputs };
  }

  #link(op: Op, id: OpId): void {
    for (const input of op.inputs) {
      if (!isPresent(input)) continue;
      const readers = this.#readers.get(input) ?? new Set();
      this.#readers.set(input, readers.add(id));
    }
    for (const output of op.outputs) this.#producers.set(output, id);
  }
}
