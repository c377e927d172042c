/** Where the values of a plan's tensors lie. */
import { allocate, constantOf, elementCount } from '../../model/data.ts';
import { isPresent, tensorAt } from '../../model/graph.ts';
import { insideOf } from '../../model/inside.ts';
import type { Dtype, Elements, Graph, TensorData, TensorId } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import type { Held, LinkedPlan } from './prepared-plan.ts';

/** Bytes that the activations of one model may take together; beyond it, the browser's worker would not survive. */
const MAX_ACTIVATION_BYTES = 2 ** 30;

/** Of an element in memory, where sub-byte types and half floats are widened. */
function bytesPerElement(dtype: Dtype): number {
  return allocate(dtype, 1).byteLength;
}

/**
 * A buffer for every tensor that a graph reads or makes and that is no constant. Each tensor has its own instead of sharing by
 * lifetimes: steps stay bound to plain arrays, and one op can be run alone. Kernels that keep activations themselves
 * release most of them.
 */
export function allocateActivations(graph: Graph): Map<TensorId, TensorData> {
  const buffers = new Map<TensorId, TensorData>();
  let bytes = 0;
  const made = graph.ops.flatMap((op) => [...op.outputs, ...insideOf(graph, op)]);
  const ids = [...graph.inputs, ...made].filter(isPresent);
  for (const id of ids) {
    const { shape, dtype, data } = tensorAt(graph, id);
    if (data !== undefined || buffers.has(id)) continue;
    const count = elementCount(shape);
    bytes += count * bytesPerElement(dtype);
    if (bytes > MAX_ACTIVATION_BYTES)
      throw new Problem('compute/out-of-memory', 'The activations of this model need more than a gigabyte.');
    buffers.set(id, { shape, dtype, data: allocate(dtype, count) });
  }
  return buffers;
}

/** The values of a plan that is ready to run. */
export class Activations {
  readonly #graph: Graph;
  /** Of a released tensor only when somebody has asked for its value. */
  readonly #buffers: Map<TensorId, TensorData>;
  readonly #released = new Map<TensorId, Held>();
  readonly #linked: LinkedPlan | undefined;

  /** @param keep - tensors whose buffers stay, whatever the kernels hold */
  constructor(
    graph: Graph,
    buffers: Map<TensorId, TensorData>,
    { linked, keep }: { readonly linked: LinkedPlan | undefined; readonly keep: ReadonlySet<TensorId> },
  ) {
    this.#graph = graph;
    this.#buffers = buffers;
    this.#linked = linked;
    for (const [id, { data }] of buffers) {
      const held = keep.has(id) ? undefined : linked?.release(data);
      if (held === undefined) continue;
      this.#released.set(id, held);
      buffers.delete(id);
    }
  }

  /** Bytes of all buffers. */
  get bytes(): number {
    let sum = 0;
    for (const { data } of this.#buffers.values()) sum += data.byteLength;
    return sum;
  }

  #buffer(id: TensorId): TensorData | undefined {
    const found = this.#buffers.get(id);
    if (found !== undefined || !this.#released.has(id)) return found;
    const { shape, dtype } = tensorAt(this.#graph, id);
    const made = { shape, dtype, data: allocate(dtype, elementCount(shape)) };
    this.#buffers.set(id, made);
    return made;
  }

  /** The current value: a buffer, or a constant. */
  read(id: TensorId): TensorData {
    const buffer = this.#buffer(id);
    const value = buffer ?? constantOf(tensorAt(this.#graph, id));
    if (value === undefined) throw new Problem('model/invalid', `Tensor ${id} has no value.`, { tensor: id });
    if (buffer === undefined) return value;
    const held = this.#released.get(id);
    if (held === undefined) this.#linked?.read(buffer.data);
    else held.load(buffer.data);
    return value;
  }

  /** Lets `how` write all elements of an activation. */
  change(id: TensorId, how: (elements: Elements) => void): void {
    const buffer = this.#buffer(id);
    if (buffer === undefined)
      throw new Problem('model/invalid', `Tensor ${id} is no activation.`, { tensor: id });
    how(buffer.data);
    const held = this.#released.get(id);
    if (held === undefined) this.#linked?.wrote(buffer.data);
    else held.store(buffer.data);
  }
}
