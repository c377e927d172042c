import { isPresent, tensorAt } from '../model/graph.ts';
import { inverse, permuted } from '../model/permute.ts';
import type { Graph, Op, OpId, OpOf, Shape, Tensor, TensorId } from '../model/types.ts';
import type { Assignment, Demand } from './assignment.ts';
import { withColumns } from './columns.ts';
import { identify } from './identify.ts';
import { asMeant, between, isAsMeant, same, sequence } from './order.ts';
import type { Passage } from './passing/passage.ts';
import { isFoldable, reshapedTo, storedIn } from './stored.ts';
import { Written } from './written.ts';

/** Writes the graph that an assignment describes, with a TRANSPOSE or RESHAPE wherever somebody wants a tensor otherwise. */
export function rebuild(assignment: Assignment): Graph {
  return new Rebuild(assignment).run();
}

class Rebuild {
  readonly #graph: Graph;
  readonly #assignment: Assignment;
  readonly #identified: ReadonlyMap<TensorId, Tensor>;
  readonly #written = new Written();
  /** Roots as they are stored. */
  readonly #stored = new Map<TensorId, TensorId>();
  /** What was made of roots, by root, sequence of elements and shape. */
  readonly #made = new Map<string, TensorId>();
  /** Of rows of features in another order: which feature of what is meant each is. */
  readonly #columns = new Map<TensorId, readonly number[]>();

  constructor(assignment: Assignment) {
    this.#assignment = assignment;
    this.#graph = assignment.graph;
    this.#identified = identify(assignment);
  }

  run(): Graph {
    const inputs = this.#graph.inputs.map((id) => this.#store(id));
    this.#graph.ops.forEach((op, index) => {
      if (!op.outputs.some((id) => this.#assignment.views.isMade(id))) this.#op(op, index as OpId);
    });
    const outputs = this.#outputs(inputs);
    const { tensors, ops } = this.#written;
    return { ...this.#graph, inputs, outputs, tensors, ops };
  }

  /** Each output is a tensor of its own that an op makes, under the name that callers know. */
  #outputs(inputs: readonly TensorId[]): readonly TensorId[] {
    const taken = new Set(inputs);
    return this.#graph.outputs.map((id) => {
      const { root, dims } = this.#assignment.views.of(id);
      const order = this.#assignment.outputOrder(root, dims);
      const made = this.#arranged(root, this.#assignment.demand(root, dims, { order }), id);
      const result = storedIn(tensorAt(this.#graph, id), order);
      const free = !taken.has(made) && this.#written.tensors[made]?.data === undefined;
      const output = free ? made : this.#written.reshape(made, result.shape, result);
      if (free) this.#written.tensors[made] = result;
      taken.add(output);
      return output;
    });
  }

  /** A root as it is stored, written once. */
  #store(root: TensorId): TensorId {
    const known = this.#stored.get(root);
    if (known !== undefined) return known;
    const tensor = this.#identified.get(root) ?? tensorAt(this.#graph, root);
    const id = this.#written.tensor(storedIn(tensor, this.#assignment.order(root)));
    this.#stored.set(root, id);
    return id;
  }

  #once(key: string, make: () => TensorId): TensorId {
    const id = this.#made.get(key) ?? make();
    this.#made.set(key, id);
    return id;
  }

  /** A root as somebody wants it; `view` is the tensor that this somebody reads, whose name a new tensor takes. */
  #arranged(root: TensorId, demand: Demand, view: TensorId): TensorId {
    const source = tensorAt(this.#graph, root);
    const { order, shape } = demand;
    const plain = permuted(source.shape, order);
    return this.#once(`${root} as ${sequence(order, source.shape)} in ${shape}`, () => {
      if (isFoldable(source)) {
        if (isAsMeant(order) && same(plain, shape)) return this.#store(root);
        const folded = storedIn(source, order);
        return this.#written.tensor(same(plain, shape) ? folded : reshapedTo(folded, shape));
      }
      const result = this.#named(root, demand, view);
      const from = this.#inSequence(root, demand, view);
      return same((this.#written.tensors[from] as Tensor).shape, shape)
        ? from
        : this.#written.reshape(from, shape, result);
    });
  }

  /** A root with its elements in the sequence that `order` gives them: as it is stored, or by one TRANSPOSE for all. */
  #inSequence(root: TensorId, { order }: Demand, view: TensorId): TensorId {
    const { shape } = tensorAt(this.#graph, root);
    const own = this.#assignment.order(root);
    const wanted = sequence(order, shape);
    const stored = this.#store(root);
    if (same(sequence(own, shape), wanted)) return stored;
    const demand = { order, shape: permuted(shape, order) };
    return this.#once(`${root} as ${wanted}`, () =>
      this.#written.transpose(stored, between(own, order), this.#named(root, demand, view)),
    );
  }

  /** What an arranged root is called, and which value it still is. */
  #named(root: TensorId, { order, shape }: Demand, view: TensorId): Tensor {
    const { dims } = this.#assignment.views.of(view);
    const seen = tensorAt(this.#graph, view);
    const source = this.#identified.get(root) ?? tensorAt(this.#graph, root);
    const asSeen = permuted(inverse(dims), order);
    const tensor =
      seen.origin === undefined ? { ...storedIn(source, order), name: seen.name } : storedIn(seen, asSeen);
    return same(tensor.shape, shape) ? tensor : reshapedTo(tensor, shape);
  }

  #input(op: Op, index: number, passage: Passage | undefined): TensorId {
    const id = op.inputs[index];
    if (!isPresent(id)) return -1 as TensorId;
    const tensor = tensorAt(this.#graph, id);
    const values = passage?.integers?.get(index);
    if (values !== undefined)
      return this.#written.integers(tensor.name, values, { shape: [...tensor.shape], dtype: tensor.dtype });
    const { root, dims } = this.#assignment.views.of(id);
    const wanted = passage?.inputs[index] ?? { order: asMeant(dims.length) };
    return this.#arranged(root, this.#assignment.demand(root, dims, wanted), id);
  }

  #op(op: Op, id: OpId): void {
    const passage = this.#assignment.passage(id);
    const inputs = op.inputs.map((_, index) => this.#input(op, index, passage));
    const columns = passage?.columns ?? this.#columns.get(op.inputs[0] as TensorId);
    const outputs = op.outputs.map((output) => (isPresent(output) ? this.#store(output) : output));
    const written = { ...(passage?.op ?? op), inputs, outputs };
    if (written.kind === 'FULLY_CONNECTED' && columns !== undefined) {
      this.#written.ops.push(withColumns(this.#written, written, columns));
      return;
    }
    if (columns !== undefined) this.#reorderedFeatures(op.outputs[0] as TensorId, outputs[0], columns);
    this.#written.ops.push(this.#asReshape(written));
  }

  /** A row whose features stand in another order is no value of the ONNX file in any order of dimensions. */
  #reorderedFeatures(output: TensorId, id: TensorId | undefined, columns: readonly number[]): void {
    this.#columns.set(output, columns);
    if (!isPresent(id)) return;
    const { origin: _, ...tensor } = this.#written.tensors[id] as Tensor;
    this.#written.tensors[id] = tensor;
  }

  /** RESHAPE, SQUEEZE and EXPAND_DIMS as the one op that they are; others as they come. */
  #asReshape(op: Op): Op {
    if (!isReshape(op)) return op;
    const [input, output] = [op.inputs[0], op.outputs[0]] as [TensorId, TensorId];
    const shape: Shape = (this.#written.tensors[output] as Tensor).shape;
    return this.#written.reshapeOp(input, shape, output);
  }
}

function isReshape(op: Op): op is OpOf<'RESHAPE' | 'SQUEEZE' | 'EXPAND_DIMS'> {
  return op.kind === 'RESHAPE' || op.kind === 'SQUEEZE' || op.kind === 'EXPAND_DIMS';
}
