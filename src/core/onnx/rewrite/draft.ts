import type { OnnxGraph, OnnxNode } from '../../formats/onnx/graph.ts';
import type { TensorData } from '../../model/types.ts';
import { NodeView, type Scope } from '../node-view.ts';
import type { ValueType } from '../normalized.ts';
import type { TypedGraph } from '../propagate.ts';

/** A graph while it is rewritten: every change keeps track of who makes and who reads each value. */
export class Draft implements Scope {
  readonly opset: number;
  readonly values: Map<string, ValueType>;
  readonly constants: Map<string, TensorData>;
  readonly #graph: OnnxGraph;
  /** What stands in the place of each node that the graph began with, in execution order. */
  readonly #slots: OnnxNode[][];
  readonly #slotOf = new Map<OnnxNode, number>();
  readonly #makers = new Map<string, OnnxNode>();
  readonly #readers = new Map<string, Set<OnnxNode>>();
  readonly #outputs: ReadonlySet<string>;

  constructor({ opset, graph, values }: TypedGraph) {
    this.opset = opset;
    this.values = new Map(values);
    this.constants = new Map(graph.constants);
    this.#graph = graph;
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
    this.#slots = graph.nodes.map((node) => [node]);
    graph.nodes.forEach((node, slot) => {
      this.#note(node, slot);
    });
  }

  /** The nodes as they stand now, in execution order. A snapshot: later changes do not show in it. */
  get nodes(): readonly OnnxNode[] {
    return this.#slots.flat();
  }

  view(node: OnnxNode): NodeView {
    return new NodeView(node, this);
  }

  /** Whether the node has not been taken out since the snapshot that it was found in. */
  has(node: OnnxNode): boolean {
    return this.#slotOf.has(node);
  }

  isOutput(name: string): boolean {
    return this.#outputs.has(name);
  }

  makerOf(name: string): OnnxNode | undefined {
    return this.#makers.get(name);
  }

  readersOf(name: string): readonly OnnxNode[] {
    return [...(this.#readers.get(name) ?? [])];
  }

  /** Whether nobody but one node sees the value, so that it may vanish together with that node. */
  isPrivate(name: string): boolean {
    return !this.isOutput(name) && this.#readers.get(name)?.size === 1;
  }

  /** Adds a constant under a name close to `wish`, which it returns. */
  addConstant(wish: string, value: TensorData): string {
    const name = this.addValue(wish, { dtype: value.dtype, shape: value.shape });
    this.constants.set(name, value);
    return name;
  }

  /** Announces a value that a node will make, under a name close to `wish`, which it returns. */
  addValue(wish: string, type: ValueType): string {
    let name = wish;
    for (let i = 2; this.values.has(name); i++) name = `${wish}_${i}`;
    this.values.set(name, type);
    return name;
  }

  /** Puts nodes in the place of one; none takes it out. */
  replace(node: OnnxNode, ...others: readonly OnnxNode[]): void {
    const slot = this.#slotOf.get(node);
    if (slot === undefined) throw new Error('only nodes of the draft can be replaced');
    this.#slots[slot] = (this.#slots[slot] ?? []).flatMap((one) => (one === node ? others : [one]));
    this.#slotOf.delete(node);
    for (const name of node.outputs) if (this.#makers.get(name) === node) this.#makers.delete(name);
    for (const name of node.inputs) this.#readers.get(name)?.delete(node);
    for (const other of others) this.#note(other, slot);
  }

  /** Lets all who read one value read another. */
  redirect(from: string, to: string): void {
    for (const reader of this.readersOf(from)) {
      const inputs = reader.inputs.map((name) => (name === from ? to : name));
      this.replace(reader, { ...reader, inputs });
    }
  }

  finish(): TypedGraph {
    const graph = { ...this.#graph, nodes: this.nodes, constants: this.constants };
    return { opset: this.opset, graph, values: this.values };
  }

  #note(node: OnnxNode, slot: number): void {
    this.#slotOf.set(node, slot);
    for (const name of node.outputs) if (name !== '') this.#makers.set(name, node);
    for (const name of node.inputs) {
      const readers = this.#readers.get(name) ?? new Set();
      this.#readers.set(name, readers.add(node));
    }
  }
}
