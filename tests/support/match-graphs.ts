import { isPresent, producers, tensorAt } from '../../src/core/model/graph.ts';
import type { Graph, Op, OpId, TensorId } from '../../src/core/model/types.ts';

/** Tensors and ops of two graphs that stand for the same thing, found through the op graph because names repeat. */
export interface Match {
  readonly tensors: readonly (readonly [ours: TensorId, theirs: TensorId])[];
  readonly ops: readonly (readonly [ours: Op, theirs: Op])[];
  readonly unmatchedOurs: readonly Op[];
  readonly unmatchedTheirs: readonly Op[];
}

function makerOf(graph: Graph, made: ReadonlyMap<TensorId, OpId>, id: TensorId): Op | undefined {
  const index = made.get(id);
  return index === undefined ? undefined : graph.ops[index];
}

function isConversion(op: Op | undefined): op is Op {
  return op?.kind === 'QUANTIZE' || op?.kind === 'DEQUANTIZE';
}

/** A graph with what matching asks about it. */
class Side {
  readonly graph: Graph;
  readonly #made: ReadonlyMap<TensorId, OpId>;

  constructor(graph: Graph) {
    this.graph = graph;
    this.#made = producers(graph);
  }

  /** The DEQUANTIZE of a stored constant that makes `id`. */
  widening(id: TensorId): Op | undefined {
    const op = makerOf(this.graph, this.#made, id);
    const [source] = op?.inputs ?? [];
    return isConversion(op) && isPresent(source) && this.isConstant(source) ? op : undefined;
  }

  isConstant(id: TensorId): boolean {
    return tensorAt(this.graph, id).data !== undefined;
  }

  /** Follows conversions back to the value that they convert. */
  root(id: TensorId): TensorId {
    const op = makerOf(this.graph, this.#made, id);
    const [source] = op?.inputs ?? [];
    return isConversion(op) && isPresent(source) ? this.root(source) : id;
  }
}

class Matcher {
  readonly #ours: Side;
  readonly #theirs: Side;
  readonly #toOurs = new Map<TensorId, TensorId>();
  readonly #tensors: [TensorId, TensorId][] = [];
  readonly #ops: [Op, Op][] = [];
  readonly #open: Set<Op>;
  readonly #unmatched: Op[] = [];

  constructor(ours: Graph, theirs: Graph) {
    this.#ours = new Side(ours);
    this.#theirs = new Side(theirs);
    this.#open = new Set(ours.ops);
  }

  run(): Match {
    const [ours, theirs] = [this.#ours.graph, this.#theirs.graph];
    for (const [position, id] of theirs.inputs.entries()) this.#pair(ours.inputs[position], id);
    for (const their of theirs.ops) {
      const [output] = their.outputs;
      if (!isPresent(output) || this.#theirs.widening(output) === undefined) this.#match(their);
    }
    return {
      tensors: this.#tensors,
      ops: this.#ops,
      unmatchedOurs: [...this.#open],
      unmatchedTheirs: this.#unmatched,
    };
  }

  #match(their: Op): void {
    const candidates = [...this.#open].filter(
      (op) => op.kind === their.kind && op.inputs.length === their.inputs.length,
    );
    const our =
      candidates.find((op) => this.#reads(op, their, (id) => id)) ??
      candidates.find((op) => this.#reads(op, their, (id) => this.#ours.root(id)));
    if (our === undefined) this.#skip(their);
    else this.#accept(our, their);
  }

  #accept(our: Op, their: Op): void {
    this.#open.delete(our);
    this.#ops.push([our, their]);
    for (const [position, id] of their.inputs.entries()) this.#pairInput(our.inputs[position], id);
    for (const [position, id] of their.outputs.entries()) this.#pair(our.outputs[position], id);
  }

  /** What a conversion that only they have makes is what it reads. */
  #skip(their: Op): void {
    this.#unmatched.push(their);
    const [from, to] = [their.inputs[0], their.outputs[0]];
    const source = from === undefined ? undefined : this.#toOurs.get(from);
    if (isConversion(their) && to !== undefined && source !== undefined) this.#toOurs.set(to, source);
  }

  /** Whether `our` reads what stands for the activations that `their` reads, up to what `level` takes for equal. */
  #reads(our: Op, their: Op, level: (id: TensorId) => TensorId): boolean {
    return their.inputs.every((id, position) => {
      if (!isPresent(id) || this.#theirs.isConstant(id) || this.#theirs.widening(id) !== undefined)
        return true;
      const [mine, mapped] = [our.inputs[position], this.#toOurs.get(id)];
      return isPresent(mine) && mapped !== undefined && level(mine) === level(mapped);
    });
  }

  #pair(a: TensorId | undefined, b: TensorId): void {
    if (!isPresent(a) || !isPresent(b) || this.#toOurs.has(b)) return;
    this.#toOurs.set(b, a);
    this.#tensors.push([a, b]);
  }

  /** Of a constant that is widened, what it is widened from, too. */
  #pairInput(a: TensorId | undefined, b: TensorId): void {
    const known = this.#toOurs.has(b);
    this.#pair(a, b);
    if (known || !isPresent(a) || !isPresent(b)) return;
    const [our, their] = [this.#ours.widening(a), this.#theirs.widening(b)];
    if (their === undefined) return;
    if (our === undefined) {
      this.#unmatched.push(their);
      return;
    }
    this.#open.delete(our);
    this.#ops.push([our, their]);
    this.#pair(our.inputs[0], their.inputs[0] as TensorId);
  }
}

/**
 * Matches inputs by position, then each of their ops, in execution order, with the first of ours of the same kind that
 * reads the matching activations, or else values that differ from them by conversions alone.
 */
export function matchGraphs(ours: Graph, theirs: Graph): Match {
  return new Matcher(ours, theirs).run();
}
