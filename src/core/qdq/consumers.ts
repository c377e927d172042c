import type { OnnxGraph, OnnxNode } from '../formats/onnx/graph.ts';

/** Who reads which value of a graph, the outside included. */
export class Consumers {
  readonly #nodes = new Map<string, Set<OnnxNode>>();
  readonly #outside: ReadonlySet<string>;

  constructor({ inputs, outputs, nodes }: OnnxGraph) {
    this.#outside = new Set([...inputs, ...outputs].map(({ name }) => name));
    for (const node of nodes)
      for (const value of node.inputs) {
        const readers = this.#nodes.get(value) ?? new Set();
        this.#nodes.set(value, readers.add(node));
      }
  }

  /** `true` when a value inside of the graph is read by `node` and nobody else. */
  isOnlyFor(value: string, node: OnnxNode): boolean {
    const readers = this.#nodes.get(value);
    return readers?.size === 1 && readers.has(node) && !this.#outside.has(value);
  }
}
