import type { OnnxNode } from '../formats/onnx/graph.ts';
import { type Code, Problem } from '../problem.ts';

/** An operator as messages call it, with the set that it is from where that is not ONNX's own: `com.microsoft.QuickGelu`. */
export function operatorOf({ type, domain }: Pick<OnnxNode, 'type' | 'domain'>): string {
  return domain === undefined ? type : `${domain}.${type}`;
}

/** A node as messages call it: by its name, else by the first value that it makes. */
export function nodeName(node: OnnxNode): string {
  const label = node.name || node.outputs.find((output) => output !== '');
  const operator = operatorOf(node);
  return label === undefined ? `a ${operator} node` : `${operator} node “${label}”`;
}

/**
 * A problem of one node.
 * @param what - the rest of the sentence that begins with the node's name, without a full stop.
 */
export function nodeProblem(node: OnnxNode, what: string, code: Code = 'model/invalid'): Problem {
  const { name, type, domain, outputs } = node;
  const text = `${nodeName(node).replace(/^a /, 'A ')} ${what}.`;
  const details = { node: name, type, ...(domain !== undefined && { domain }), output: outputs[0] ?? '' };
  return new Problem(code, text, details);
}
