import type { OnnxGraph } from '../formats/onnx/graph.ts';

/** Names for new values and nodes, apart from all that a graph has. */
export class Names {
  readonly #taken: Set<string>;

  constructor({ inputs, outputs, constants, nodes }: OnnxGraph) {
    this.#taken = new Set([
      ...inputs.map(({ name }) => name),
      ...outputs.map(({ name }) => name),
      ...constants.keys(),
      ...nodes.flatMap((node) => [node.name, ...node.inputs, ...node.outputs]),
    ]);
  }

  /** `wish` itself, or with the first number that makes it new. */
  fresh(wish: string): string {
    let name = wish;
    for (let i = 1; this.#taken.has(name); i++) name = `${wish}_${i}`;
    this.#taken.add(name);
    return name;
  }
}
