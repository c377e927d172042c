import type { Attributes, OnnxNode } from '../formats/onnx/graph.ts';
import { heldType } from '../formats/onnx/types.ts';
import { constantOf, integersOf } from '../model/data.ts';
import { isPresent, opName, tensorAt } from '../model/graph.ts';
import { permuteData, permuted } from '../model/permute.ts';
import type {
  Dtype,
  FakeQuantRange,
  Graph,
  Op,
  Shape,
  Tensor,
  TensorData,
  TensorId,
} from '../model/types.ts';
import { Problem } from '../problem.ts';
import { clipped } from './activation.ts';
import { type Layout, toNchw, toPlain } from './layout.ts';

/** Name of a value in the ONNX graph. */
export type Value = string;

/**
 * The ONNX graph while it grows. Every TFLite tensor has a value in its own layout, in NCHW, or in both: convolutions
 * speak NCHW only, and a Transpose is added (once) when somebody asks for the layout that is not there yet. So a chain
 * of convolutions stays in NCHW, and what nobody looks at is never transposed back.
 */
export class Lowering {
  readonly nodes: OnnxNode[] = [];
  readonly constants = new Map<Value, TensorData>();
  readonly #graph: Graph;
  readonly #values: Readonly<Record<Layout, Map<TensorId, Value>>> = { plain: new Map(), nchw: new Map() };
  #op: { readonly name: string; readonly index: number } | undefined;

  constructor(graph: Graph) {
    this.#graph = graph;
    for (const id of graph.inputs) this.define(id, inputName(id));
  }

  /** Nodes made from now on belong to this op; its position is part of their names and so of the runtime's errors. */
  enter(op: Op, index: number): void {
    this.#op = { name: opName(op), index };
  }

  tensor(id: TensorId | undefined): Tensor {
    return isPresent(id) ? tensorAt(this.#graph, id) : this.unsupported('lacks an input or an output');
  }

  shape(id: TensorId | undefined): Shape {
    return this.tensor(id).shape;
  }

  /** The value of a tensor in `layout`. NCHW is for rank 4, and for constants that broadcast against rank 4. */
  value(id: TensorId | undefined, layout: Layout = 'plain'): Value {
    const tensor = this.tensor(id);
    const known = this.#values[layout].get(id as TensorId);
    if (known !== undefined) return known;
    const value = layout === 'nchw' ? this.permuted(id, toNchw) : this.#plain(id as TensorId, tensor);
    this.#values[layout].set(id as TensorId, value);
    return value;
  }

  #plain(id: TensorId, tensor: Tensor): Value {
    const constant = constantOf(tensor);
    if (constant !== undefined) return this.constant(constant);
    const nchw = this.#values.nchw.get(id);
    if (nchw !== undefined) return this.node('Transpose', [nchw], { perm: { ints: toPlain } });
    const text = `Tensor ${id} (${tensor.name}) is read before an op has made it.`;
    throw new Problem('model/invalid', text, { tensor: id });
  }

  /** The value of an optional input, '' where it is left out. */
  optional(id: TensorId | undefined): Value {
    return isPresent(id) ? this.value(id) : '';
  }

  /** A tensor with its dimensions reordered: constants here and now, activations by a Transpose node. */
  permuted(id: TensorId | undefined, perm: readonly number[]): Value {
    const constant = constantOf(this.tensor(id));
    if (constant === undefined) return this.node('Transpose', [this.value(id)], { perm: { ints: perm } });
    const leading = perm.length - constant.shape.length;
    const shape = [...Array<number>(Math.max(0, leading)).fill(1), ...constant.shape];
    return this.constant({
      shape: permuted(shape, perm),
      dtype: constant.dtype,
      data: permuteData(constant.data, shape, perm),
    });
  }

  /**
   * The layout in which an op that works in both should read its inputs: NCHW where a rank 4 activation is there in it
   * and the others can follow.
   */
  layoutOf(ids: readonly TensorId[]): Layout {
    const activations = ids.filter((id) => this.tensor(id).data === undefined);
    const constants = ids.filter((id) => this.tensor(id).data !== undefined);
    const canFollow =
      activations.every((id) => this.shape(id).length === 4) &&
      constants.every((id) => this.shape(id).length <= 4);
    return canFollow && activations.some((id) => this.#values.nchw.has(id)) ? 'nchw' : 'plain';
  }

  /** Says what the value of a tensor is. One with a range from training ends where that ends, as integers do. */
  define(id: TensorId | undefined, value: Value, layout: Layout = 'plain'): void {
    const { fakeQuant } = this.tensor(id);
    this.#values[layout].set(
      id as TensorId,
      fakeQuant === undefined ? value : this.#within(value, fakeQuant),
    );
  }

  /** Integers always reach 0. */
  #within(value: Value, { min, max }: FakeQuantRange): Value {
    return clipped(this, value, [Math.min(min, 0), Math.max(max, 0)]);
  }

  /** The integers of an input that has to be constant. `what`: how a message calls them, in the plural. */
  integers(id: TensorId | undefined, what: string): readonly number[] {
    return integersOf(this.tensor(id)) ?? this.unsupported(`has ${what} that are not constant`);
  }

  /** Adds a node with one output and returns that. */
  node(type: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    for (const value of Object.values(attributes)) {
      if (typeof value === 'object' && 'int' in value) this.#checkWhole([value.int]);
      if (typeof value === 'object' && 'ints' in value) this.#checkWhole(value.ints);
    }
    const name = this.#freshName();
    this.nodes.push({ name, type, inputs, outputs: [name], attributes });
    return name;
  }

  /** Adds a Split of `value` along `axis` into parts of `sizes`. */
  split(value: Value, axis: number, sizes: readonly number[]): readonly Value[] {
    const inputs = [value, this.vector(sizes)];
    const name = this.#freshName();
    const outputs = sizes.map((_, part) => `${name}.${part}`);
    this.nodes.push({ name, type: 'Split', inputs, outputs, attributes: { axis: { int: axis } } });
    return outputs;
  }

  cast(value: Value, dtype: Dtype): Value {
    return this.node('Cast', [value], { to: { int: heldType(dtype) } });
  }

  constant(data: TensorData): Value {
    const name = `c${this.constants.size}`;
    this.constants.set(name, data);
    return name;
  }

  /** A float32 scalar. */
  scalar(value: number): Value {
    return this.constant({ shape: [], dtype: 'float32', data: Float32Array.of(value) });
  }

  /** An int64 vector, as ONNX wants shapes, axes and paddings. */
  vector(values: readonly number[]): Value {
    this.#checkWhole(values);
    return this.constant({
      shape: [values.length],
      dtype: 'int64',
      data: BigInt64Array.from(values, BigInt),
    });
  }

  /** Refuses the present op. `reason` continues "Op 3 (GATHER) …". */
  unsupported(reason: string): never {
    const ops = this.#op === undefined ? [] : [this.#op];
    const text = `${this.#where()} ${reason}; the float runtime cannot run that.`;
    throw new Problem('model/unsupported-op', text, { ops });
  }

  /** Fractions come from shapes that should divide each other, infinities from strides of 0. */
  #checkWhole(values: readonly number[]): void {
    if (values.every(Number.isSafeInteger)) return;
    const text = `${this.#where()} has shapes and options that do not fit together.`;
    throw new Problem('model/invalid', text, { op: this.#op?.index });
  }

  #where(): string {
    return this.#op === undefined ? 'The graph' : `Op ${this.#op.index} (${this.#op.name})`;
  }

  #freshName(): string {
    return `op${this.#op?.index ?? ''}/${this.nodes.length}`;
  }
}

/** The name of a graph input; names in a file may repeat, positions do not. */
export function inputName(id: TensorId): Value {
  return `t${id}`;
}
