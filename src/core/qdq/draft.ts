import type { Attributes, OnnxGraph, OnnxNode } from '../formats/onnx/graph.ts';
import { int64 } from '../formats/onnx/write.ts';
import type { TensorData } from '../model/types.ts';
import { Names } from './names.ts';

/** What a new node may have beyond its operator and its values. */
export interface NodeExtras {
  readonly name?: string;
  readonly attributes?: Attributes;
}

/** A graph that is written anew from a given one: constants and nodes are added, and what nobody reads in the end is left out. */
export class Draft {
  readonly names: Names;
  readonly #graph: OnnxGraph;
  readonly #constants: Map<string, TensorData>;
  readonly #nodes: OnnxNode[] = [];

  constructor(graph: OnnxGraph) {
    this.#graph = graph;
    this.names = new Names(graph);
    this.#constants = new Map(graph.constants);
  }

  /** Adds a constant; returns its name, which is `wish` unless that is taken. */
  constant(wish: string, value: TensorData): string {
    const name = this.names.fresh(wish);
    this.#constants.set(name, value);
    return name;
  }

  /** Adds a node that is not of the given graph. */
  add(type: string, inputs: readonly string[], outputs: readonly string[], extras: NodeExtras = {}): void {
    const { name = '', attributes = {} } = extras;
    this.#nodes.push({ name, type, inputs, outputs, attributes });
  }

  keep(node: OnnxNode): void {
    this.#nodes.push(node);
  }

  finish(): OnnxGraph {
    const read = new Set([
      ...this.#graph.outputs.map(({ name }) => name),
      ...this.#nodes.flatMap(({ inputs }) => inputs),
    ]);
    const constants = new Map([...this.#constants].filter(([name]) => read.has(name)));
    return { ...this.#graph, constants, nodes: this.#nodes };
  }
}

/** int64 numbers in one dimension, as shapes and axes are given. */
export function int64s(values: readonly number[]): TensorData {
  const data = BigInt64Array.from(values, int64);
  return { dtype: 'int64', shape: [values.length], data };
}

/** One float32. */
export function scalar(value: number): TensorData {
  return { dtype: 'float32', shape: [], data: Float32Array.of(value) };
}
