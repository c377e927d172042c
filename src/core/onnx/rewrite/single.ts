import type { Attribute, OnnxGraph, OnnxNode } from '../../formats/onnx/graph.ts';
import { dtypeOf, heldType } from '../../formats/onnx/types.ts';
import type { Dtype, TensorData } from '../../model/types.ts';
import { LazyTensor } from '../fold/elements.ts';
import type { TypedGraph } from '../propagate.ts';

/** Whether a type is one of those that become float32. */
type Chosen = (dtype: Dtype) => boolean;

/** 16 bits, of either kind. */
export const isHalf: Chosen = (dtype) => dtype === 'float16' || dtype === 'bfloat16';
/** 64 bits. */
export const isDouble: Chosen = (dtype) => dtype === 'float64';

/**
 * A graph in which float16 and bfloat16 are float32: half floats are held so, and nothing after this is meant to be as
 * coarse as they are.
 */
export function withoutHalves(graph: OnnxGraph): OnnxGraph {
  return inSingle(graph, isHalf);
}

/**
 * A graph in which float64 is float32, as nothing after this has doubles. It comes after constants are computed: sizes of
 * a Resize may depend on their last digits.
 */
export function withoutDoubles({ opset, graph, values }: TypedGraph): TypedGraph {
  const types = [...values].map(([name, type]) => [name, single(type, isDouble)] as const);
  return { opset, graph: inSingle(graph, isDouble), values: new Map(types) };
}

/** Whether a graph is fed or holds what is chosen: what stands only between Casts, nobody needs to know of. */
export function holdsAny({ inputs, constants }: OnnxGraph, chosen: Chosen): boolean {
  return [...inputs, ...constants.values()].some(({ dtype }) => chosen(dtype));
}

/** What is said of a value, with float32 as its type where that is chosen. Not for constants: see `singleData`. */
export function single<T extends { readonly dtype: Dtype }>(value: T, chosen: Chosen): T {
  return chosen(value.dtype) ? { ...value, dtype: 'float32' } : value;
}

function inSingle(graph: OnnxGraph, chosen: Chosen): OnnxGraph {
  return {
    inputs: graph.inputs.map((value) => single(value, chosen)),
    outputs: graph.outputs.map((value) => single(value, chosen)),
    constants: new Map([...graph.constants].map(([name, value]) => [name, singleData(value, chosen)])),
    nodes: graph.nodes.map((node) => singleNode(node, chosen)),
  };
}

/** Elements are only read when somebody needs them. Those of half floats are float32 already. */
function singleData(value: TensorData, chosen: Chosen): TensorData {
  if (!chosen(value.dtype)) return value;
  return new LazyTensor({ dtype: 'float32', shape: value.shape }, () =>
    value.data instanceof Float64Array ? Float32Array.from(value.data) : value.data,
  );
}

function singleNode(node: OnnxNode, chosen: Chosen): OnnxNode {
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) => [name, singleAttribute(value, { node, name, chosen })] as const,
  );
  return { ...node, attributes: Object.fromEntries(attributes) };
}

/** Attributes that hold an element type. */
const typeAttributes = new Set(['to', 'dtype', 'output_dtype']);

interface Place {
  readonly node: OnnxNode;
  readonly name: string;
  readonly chosen: Chosen;
}

function singleAttribute(value: Attribute, { node, name, chosen }: Place): Attribute {
  if (typeof value === 'string') return value;
  if ('tensor' in value) return { tensor: singleData(value.tensor, chosen) };
  if (!('int' in value) || !typeAttributes.has(name) || value.int === 0) return value;
  return chosen(dtypeOf(value.int, node.outputs[0] ?? '')) ? { int: heldType('float32') } : value;
}
