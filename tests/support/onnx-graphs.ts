import type {
  Attribute,
  Attributes,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
} from '../../src/core/formats/onnx/graph.ts';
import { readOnnx } from '../../src/core/formats/onnx/read.ts';
import { writeOnnx } from '../../src/core/formats/onnx/write.ts';
import type { Shape, TensorData } from '../../src/core/model/types.ts';
import { noiseOf } from './onnx-runtime.ts';

/** Attributes as they are written down: lists are of integers, texts are texts. */
type Written = Readonly<Record<string, number | string | readonly number[] | Attribute>>;

/** A node named after its first output. Integers are integers; a float is given as `{ float }`. */
export function node(
  type: string,
  inputs: readonly string[],
  outputs: readonly string[],
  written: Written = {},
): OnnxNode {
  const attributes: Attributes = Object.fromEntries(
    Object.entries(written).map(([name, value]): [string, Attribute] => {
      if (typeof value === 'number') return [name, { int: value }];
      return [name, isList(value) ? { ints: value } : value];
    }),
  );
  return { name: outputs[0] ?? '', type, inputs, outputs, attributes };
}

function isList(value: unknown): value is readonly number[] {
  return Array.isArray(value);
}

/** A float32 constant of reproducible numbers. */
export function weights(shape: Shape, lo = -1, hi = 1): TensorData {
  return noiseOf({ dtype: 'float32', shape }, lo, hi);
}

export function floats(...values: readonly number[]): TensorData {
  return { dtype: 'float32', shape: [values.length], data: Float32Array.from(values) };
}

export function integers(...values: readonly number[]): TensorData {
  return { dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

export interface GraphParts {
  /** Shapes of float32 inputs by name; a text is a size that stays open. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly constants?: Readonly<Record<string, TensorData>>;
  readonly nodes: readonly OnnxNode[];
  /** The last node's first one where nothing is said. */
  readonly outputs?: readonly string[];
}

export function graphOf({ inputs, constants = {}, nodes, outputs }: GraphParts): OnnxGraph {
  const names = outputs ?? [nodes.at(-1)?.outputs[0] ?? ''];
  return {
    inputs: Object.entries(inputs).map(([name, shape]) => ({ name, dtype: 'float32', shape })),
    outputs: names.map((name) => ({ name, dtype: 'float32' })),
    constants: new Map(Object.entries(constants)),
    nodes,
  };
}

/** The model that a file of these parts is. */
export function modelOf(parts: GraphParts, opset = 17): OnnxModel {
  return readOnnx(writeOnnx(graphOf(parts), opset));
}
