import type { OnnxNode } from '../formats/onnx/graph.ts';
import { type Code, Problem } from '../problem.ts';

/** A node as messages call it: by its name, else by the first value that it makes. */
export function nodeName({ name, type, outputs }: OnnxNode): string {
  const label = name || outputs.find((output) => output !== '');
  return label === undefined ? `a ${type} node` : `${type} node “${label}”`;
}

/**
 * A problem of one node.
 * @param what - the rest of the sentence that begins with the node's name, without a full stop.
 */
export function nodeProblem(node: OnnxNode, what: string, code: Code = 'model/invalid'): Problem {
  const { name, type, outputs } = node;
  const text = `${upperFirst(nodeName(node))} ${what}.`;
  return new Problem(code, text, { node: name, type, output: outputs[0] ?? '' });
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
