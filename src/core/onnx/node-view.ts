import type { Attribute, OnnxNode } from '../formats/onnx/graph.ts';
import { elementCount } from '../model/data.ts';
import type { Shape, TensorData } from '../model/types.ts';
import type { Problem } from '../problem.ts';
import type { NormalizedOnnx, ValueType } from './normalized.ts';
import { nodeProblem } from './problems.ts';

/** No setting is a longer list: they are of shapes, axes, or a table's indices. */
const longestSetting = 2 ** 20;

/** What a node must know of the graph around it. */
export interface Scope {
  readonly opset: number;
  /** Types of all values made so far, constants included. */
  readonly values: ReadonlyMap<string, ValueType>;
  readonly constants: ReadonlyMap<string, TensorData>;
}

/** What the nodes of a normalized model know of it. */
export function scopeOf({ opset, graph, values }: NormalizedOnnx): Scope {
  return { opset, values, constants: graph.constants };
}

/**
 * A node in its surroundings: attributes of the kind that is expected, and types and values of its inputs. Whatever the
 * file got wrong ends in a Problem that names the node.
 */
export class NodeView {
  readonly node: OnnxNode;
  readonly scope: Scope;

  constructor(node: OnnxNode, scope: Scope) {
    this.node = node;
    this.scope = scope;
  }

  get opset(): number {
    return this.scope.opset;
  }

  /** `what` completes a sentence that begins with the node's name. */
  problem(what: string): Problem {
    return nodeProblem(this.node, what);
  }

  int(name: string): number | undefined {
    const value = this.#attribute(name);
    if (value === undefined) return undefined;
    if (typeof value === 'object' && 'int' in value) return value.int;
    throw this.#wrongKind(name, 'an integer');
  }

  flag(name: string): boolean {
    return (this.int(name) ?? 0) !== 0;
  }

  ints(name: string): readonly number[] | undefined {
    const value = this.#attribute(name);
    if (value === undefined) return undefined;
    if (typeof value === 'object' && 'ints' in value) return value.ints;
    throw this.#wrongKind(name, 'a list of integers');
  }

  float(name: string): number | undefined {
    const value = this.#attribute(name);
    if (value === undefined) return undefined;
    if (typeof value === 'object' && 'float' in value) return value.float;
    throw this.#wrongKind(name, 'a number');
  }

  floats(name: string): readonly number[] | undefined {
    const value = this.#attribute(name);
    if (value === undefined) return undefined;
    if (typeof value === 'object' && 'floats' in value) return value.floats;
    throw this.#wrongKind(name, 'a list of numbers');
  }

  text(name: string): string | undefined {
    const value = this.#attribute(name);
    if (value === undefined || typeof value === 'string') return value;
    throw this.#wrongKind(name, 'a text');
  }

  tensor(name: string): TensorData | undefined {
    const value = this.#attribute(name);
    if (value === undefined) return undefined;
    if (typeof value === 'object' && 'tensor' in value) return value.tensor;
    throw this.#wrongKind(name, 'a tensor');
  }

  /** Whether the optional input is given. */
  has(index: number): boolean {
    return (this.node.inputs[index] ?? '') !== '';
  }

  /** Type and shape of an input. @throws Problem `model/invalid` where it is left out. */
  type(index: number): ValueType {
    const type = this.scope.values.get(this.node.inputs[index] ?? '');
    if (type === undefined) throw this.problem(`lacks its input ${index}`);
    return type;
  }

  shape(index: number): Shape {
    return this.type(index).shape;
  }

  /** The input's value where it is a constant. */
  constant(index: number): TensorData | undefined {
    return this.scope.constants.get(this.node.inputs[index] ?? '');
  }

  /**
   * An input's elements as plain numbers; `undefined` where it is left out.
   * @throws Problem `model/unsupported-op` where the values are only known when the model runs.
   */
  numbers(index: number): readonly number[] | undefined {
    if (!this.has(index)) return undefined;
    const value = this.constant(index);
    if (value !== undefined && elementCount(value.shape) > longestSetting)
      throw this.problem(`takes a constant of the shape [${value.shape}] as a setting`);
    if (value !== undefined) return Array.from(value.data as Iterable<number | bigint>, Number);
    const what = `takes “${this.node.inputs[index]}” as a setting, but that is computed from the model's input; it must be a constant`;
    throw nodeProblem(this.node, what, 'model/unsupported-op');
  }

  /** As `numbers`, of an input that must be there. */
  neededNumbers(index: number): readonly number[] {
    const numbers = this.numbers(index);
    if (numbers === undefined) throw this.problem(`lacks its input ${index}`);
    return numbers;
  }

  #attribute(name: string): Attribute | undefined {
    const { attributes } = this.node;
    return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  }

  #wrongKind(name: string, expected: string): Problem {
    return this.problem(`has an attribute “${name}” that is not ${expected}`);
  }
}
