import type { OnnxNode } from '../formats/onnx/graph.ts';
import { Problem } from '../problem.ts';

/** The name a node is known by. */
export function nameOf({ name, outputs }: OnnxNode): string {
  return name === '' ? (outputs[0] ?? '') : name;
}

/** `true` for a node that a person wants in float. */
export function isKept(node: OnnxNode, keepFloat: ReadonlySet<string> | undefined): boolean {
  return keepFloat?.has(nameOf(node)) ?? false;
}

/** @throws Problem `model/already-quantized` for a node that makes or reads integers of quantization. */
export function refuseQuantized(node: OnnxNode): void {
  if (!/^(Dequantize|DynamicQuantize|Quantize)Linear$|^QLinear|Integer$/.test(node.type)) return;
  const text = `“${nameOf(node)}” is a ${node.type}: this model is quantized already. Give the float model.`;
  throw new Problem('model/already-quantized', text, { node: nameOf(node) });
}
