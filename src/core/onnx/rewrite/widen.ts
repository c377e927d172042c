import type { Attribute, OnnxGraph, OnnxNode } from '../../formats/onnx/graph.ts';
import { dtypeOf, heldType } from '../../formats/onnx/types.ts';
import type { Dtype, TensorData } from '../../model/types.ts';

/**
 * A graph in which float16 and bfloat16 are float32: half floats are held so, and nothing after this is meant to be as
 * coarse as they are.
 */
export function withoutHalves(graph: OnnxGraph): OnnxGraph {
  return {
    inputs: graph.inputs.map(widened),
    outputs: graph.outputs.map(widened),
    constants: new Map([...graph.constants].map(([name, value]) => [name, widenedData(value)])),
    nodes: graph.nodes.map(widenedNode),
  };
}

/** Whether a graph says half float anywhere that a person would notice. */
export function hasHalves({ inputs, constants }: OnnxGraph): boolean {
  return [...inputs, ...constants.values()].some(({ dtype }) => isHalf(dtype));
}

function isHalf(dtype: Dtype): boolean {
  return dtype === 'float16' || dtype === 'bfloat16';
}

export function widened<T extends { readonly dtype: Dtype }>(value: T): T {
  return isHalf(value.dtype) ? { ...value, dtype: 'float32' } : value;
}

/** Not `widened`, which would read elements that are made only when they are needed. */
function widenedData(value: TensorData): TensorData {
  return isHalf(value.dtype) ? { dtype: 'float32', shape: value.shape, data: value.data } : value;
}

function widenedNode(node: OnnxNode): OnnxNode {
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) => [name, widenedAttribute(node, name, value)] as const,
  );
  return { ...node, attributes: Object.fromEntries(attributes) };
}

/** Attributes that hold an element type. */
const typeAttributes = new Set(['to', 'dtype', 'output_dtype']);

function widenedAttribute({ outputs }: OnnxNode, name: string, value: Attribute): Attribute {
  if (typeof value === 'string') return value;
  if ('tensor' in value) return { tensor: widenedData(value.tensor) };
  if (!('int' in value) || !typeAttributes.has(name) || value.int === 0) return value;
  const dtype = dtypeOf(value.int, outputs[0] ?? '');
  return isHalf(dtype) ? { int: heldType('float32') } : value;
}
