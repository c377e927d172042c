import { bytesOf, elementCount } from '../model/data.ts';
import { onnxPrefix } from '../model/graph.ts';
import type { OptionsByKind } from '../model/options.ts';
import type {
  Dtype,
  Graph,
  KnownKind,
  Op,
  Quant,
  Shape,
  Tensor,
  TensorData,
  TensorId,
} from '../model/types.ts';
import type { NodeView } from '../onnx/node-view.ts';
import type { NormalizedOnnx } from '../onnx/normalized.ts';
import { nodeProblem, operatorOf } from '../onnx/problems.ts';
import { heldData, heldType } from './held.ts';

/** What an op makes. */
export interface Made<K extends KnownKind> {
  readonly shape: Shape;
  /** Absent: the type of the first input. */
  readonly dtype?: Dtype;
  /** Absent: that of the first input, where the types are the same, because most ops keep what integers stand for. */
  readonly quant?: Quant;
  readonly options: OptionsByKind[K];
}

/** A point that a translation can go back to. */
interface Mark {
  readonly tensors: number;
  readonly ops: number;
}

/**
 * The TFLite graph while it grows. Values of the ONNX graph become tensors in the order of dimensions that they have
 * there; integers that TFLite has no kernels for are held as int32, and other floats as float32.
 */
export class Translation {
  readonly #onnx: NormalizedOnnx;
  readonly #tensors: Tensor[] = [];
  readonly #ops: Op[] = [];
  readonly #values = new Map<string, TensorId>();
  /** Tensors that are no value of the ONNX graph yet: the next value that they are gives them its name. */
  readonly #unnamed = new Set<TensorId>();
  readonly #memo = new Map<string, TensorId>();
  #label = '';

  constructor(onnx: NormalizedOnnx) {
    this.#onnx = onnx;
    for (const { name } of onnx.graph.inputs) {
      const { dtype, shape } = this.#typeOf(name);
      this.#values.set(name, this.#append({ name, shape, dtype: heldType(dtype), origin: { name } }));
    }
  }

  /** Tensors made from now on are named after this node's first output. */
  enter(view: NodeView): void {
    this.#label = view.node.outputs.find((name) => name !== '') ?? view.node.name;
  }

  tensor(id: TensorId): Tensor {
    const tensor = this.#tensors[id];
    if (tensor === undefined) throw new Error(`tensor ${id} does not exist`);
    return tensor;
  }

  shape(id: TensorId): Shape {
    return this.tensor(id).shape;
  }

  /** The tensor of an input. @throws Problem `model/invalid` where it is left out */
  input(view: NodeView, index: number): TensorId {
    const name = view.node.inputs[index] ?? '';
    if (name === '') throw view.problem(`lacks its input ${index}`);
    return this.value(name);
  }

  /** The tensor of a value that is an input, a constant, or made by a node before. */
  value(name: string): TensorId {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const data = this.#onnx.graph.constants.get(name);
    if (data === undefined) throw new Error(`the value “${name}” is read before a node has made it`);
    const id = this.constant(heldData(name, data), { name, origin: { name } });
    this.#unnamed.delete(id);
    this.#values.set(name, id);
    return id;
  }

  /** Adds a constant. `known`: what it is besides its data. */
  constant({ dtype, shape, data }: TensorData, known: Partial<Tensor> = {}): TensorId {
    const id = this.#append({ name: this.#freshName('const'), ...known, dtype, shape, data: bytesOf(data) });
    this.#unnamed.add(id);
    return id;
  }

  /** An int32 vector, as TFLite wants shapes, axes and paddings. */
  vector(values: readonly number[]): TensorId {
    return this.once(`int32 ${values.join()}`, () =>
      this.constant({ shape: [values.length], dtype: 'int32', data: Int32Array.from(values) }),
    );
  }

  /** A scalar of the type of `like`, with which it is combined. */
  scalar(value: number, like: TensorId): TensorId {
    const whole = this.tensor(like).dtype === 'int32';
    const data = whole ? Int32Array.of(value) : Float32Array.of(value);
    return this.constant({ shape: [], dtype: whole ? 'int32' : 'float32', data });
  }

  /** Adds an op with one output and returns that. */
  emit<K extends KnownKind>(kind: K, inputs: readonly TensorId[], made: Made<K>): TensorId {
    const [id] = this.emitAll(kind, inputs, { made: [made], options: made.options });
    return id as TensorId;
  }

  /** Adds an op with several outputs. */
  emitAll<K extends KnownKind>(
    kind: K,
    inputs: readonly TensorId[],
    { made, options }: { made: readonly Omit<Made<K>, 'options'>[]; options: OptionsByKind[K] },
  ): readonly TensorId[] {
    const outputs = made.map((each) => this.#result(kind.toLowerCase(), inputs, each));
    // The compiler cannot follow that a kind and its options go together.
    this.#ops.push({ kind, inputs, outputs, version: 1, options } as unknown as Op);
    return outputs;
  }

  /** Adds an op that nothing here computes, so that the rest can be worked on around it. */
  emitOpaque(view: NodeView): void {
    const { inputs, outputs } = view.node;
    const ids = outputs.map((name) => (name === '' ? (-1 as TensorId) : this.#opaqueResult(name)));
    this.#ops.push({
      kind: 'OPAQUE',
      name: `${onnxPrefix}${operatorOf(view.node)}`,
      inputs: inputs.map((name) => (name === '' ? (-1 as TensorId) : this.value(name))),
      outputs: ids,
      version: 1,
      options: {},
    });
  }

  /** Says which tensor the node's output is. */
  define(view: NodeView, id: TensorId, index = 0): void {
    const name = view.node.outputs[index] ?? '';
    if (name === '') return;
    this.#checkType(view, name, id);
    if (this.#unnamed.delete(id)) {
      this.#tensors[id] = { ...this.tensor(id), name, origin: { name } };
      this.#values.set(name, id);
    } else if (this.#onnx.graph.outputs.some((output) => output.name === name)) {
      // A value of its own, because callers know it by its name.
      const { shape } = this.tensor(id);
      const copy = this.emit('RESHAPE', [id, this.vector(shape)], { shape, options: { newShape: shape } });
      this.define(view, copy, index);
    } else {
      this.#values.set(name, id);
    }
  }

  /** Says that `id` is `of` with its dimensions in `order`. */
  reordered(id: TensorId, of: TensorId, order: readonly number[]): TensorId {
    const { name, origin } = this.tensor(of);
    if (origin === undefined) return id;
    const composed = origin.order === undefined ? order : order.map((axis) => origin.order?.[axis] ?? axis);
    this.#tensors[id] = {
      ...this.tensor(id),
      name: `${name}/${order.join('')}`,
      origin: { name: origin.name, order: composed },
    };
    return id;
  }

  /** The tensor that `make` made first under this key. */
  once(key: string, make: () => TensorId): TensorId {
    const known = this.#memo.get(key);
    if (known !== undefined) return known;
    const id = make();
    this.#memo.set(key, id);
    return id;
  }

  /** Puts `quant` on a tensor of integers that has none. */
  quantify(id: TensorId, quant: Quant): void {
    this.#tensors[id] = { ...this.tensor(id), quant };
  }

  /** Whether the value is known when the model is opened. */
  isConstant(id: TensorId): boolean {
    return this.tensor(id).data !== undefined;
  }

  mark(): Mark {
    return { tensors: this.#tensors.length, ops: this.#ops.length };
  }

  /** Forgets what was made since `mark`. */
  reset({ tensors, ops }: Mark): void {
    this.#tensors.length = tensors;
    this.#ops.length = ops;
    for (const map of [this.#values, this.#memo] as const)
      for (const [key, id] of map) if (id >= tensors) map.delete(key);
    for (const id of this.#unnamed) if (id >= tensors) this.#unnamed.delete(id);
  }

  build(name: string): Graph {
    const { inputs, outputs } = this.#onnx.graph;
    return {
      name,
      inputs: inputs.map((input) => this.value(input.name)),
      outputs: outputs.map((output) => this.#output(output.name)),
      tensors: this.#tensors,
      ops: this.#ops,
    };
  }

  /** An output that is an input or a constant gets a tensor of its own. */
  #output(name: string): TensorId {
    const id = this.value(name);
    const { shape, data, origin } = this.tensor(id);
    const isInput = this.#onnx.graph.inputs.some((input) => input.name === origin?.name);
    if (data === undefined && !isInput) return id;
    const copy = this.emit('RESHAPE', [id, this.vector(shape)], { shape, options: { newShape: shape } });
    this.#tensors[copy] = { ...this.tensor(copy), name, origin: { name } };
    return copy;
  }

  #result(what: string, inputs: readonly TensorId[], made: Omit<Made<KnownKind>, 'options'>): TensorId {
    const [first] = inputs;
    const like = first === undefined ? undefined : this.tensor(first);
    const dtype = made.dtype ?? like?.dtype ?? 'float32';
    const quant = made.quant ?? (like?.dtype === dtype ? like.quant : undefined);
    const id = this.#append({
      name: this.#freshName(what),
      shape: made.shape,
      dtype,
      ...(quant !== undefined && { quant }),
    });
    this.#unnamed.add(id);
    return id;
  }

  #opaqueResult(name: string): TensorId {
    const { dtype, shape } = this.#typeOf(name);
    const id = this.#append({ name, shape, dtype: heldType(dtype), origin: { name } });
    this.#values.set(name, id);
    return id;
  }

  #append(tensor: Tensor): TensorId {
    return (this.#tensors.push(tensor) - 1) as TensorId;
  }

  #freshName(what: string): string {
    return `${this.#label}/${what}_${this.#tensors.length}`;
  }

  #typeOf(name: string) {
    const type = this.#onnx.values.get(name);
    if (type === undefined) throw new Error(`nothing is known of the value “${name}”`);
    return type;
  }

  #checkType(view: NodeView, name: string, id: TensorId): void {
    const wanted = this.#typeOf(name);
    const { shape, dtype } = this.tensor(id);
    const fits = elementCount(shape) === elementCount(wanted.shape) && shape.length === wanted.shape.length;
    if (fits && shape.every((size, axis) => size === wanted.shape[axis]) && dtype === heldType(wanted.dtype))
      return;
    throw nodeProblem(
      view.node,
      `makes ${dtype} [${shape}], but ${heldType(wanted.dtype)} [${wanted.shape}] is expected`,
      'internal',
    );
  }
}
