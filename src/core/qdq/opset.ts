import type { OnnxNode } from '../formats/onnx/graph.ts';
import { holdsGraph } from '../formats/onnx/inside.ts';
import type { NormalizedOnnx, ValueType } from '../onnx/normalized.ts';
import { Problem } from '../problem.ts';
import { Draft } from './draft.ts';
import { type Raising, raisings } from './raisings.ts';

/**
 * The same graph in operator set `least`, unless its own is that or newer: ops whose meaning or form changed on the way are
 * written as the newer set wants them. `least` is 13; what changed later is not known here.
 * @throws Problem `export/refused` for a node without an exact counterpart.
 */
export function raiseOpset(
  onnx: NormalizedOnnx,
  least: 13,
): { readonly onnx: NormalizedOnnx; readonly opset: number } {
  const { opset } = onnx.file;
  if (opset >= least) return { onnx, opset };
  const draft = new Draft(onnx.graph);
  const values = new Map<string, ValueType>(onnx.values);
  const raising: Raising = {
    opset,
    draft,
    values,
    constant: (name) => onnx.graph.constants.get(name),
    refuse: (node, why) => refusal(node, opset, why),
  };
  for (const node of onnx.graph.nodes) raiseNode(node, raising);
  const graph = draft.finish();
  for (const [name, { dtype, shape }] of graph.constants) values.set(name, { dtype, shape });
  return { onnx: { ...onnx, graph, values }, opset: least };
}

function raiseNode(node: OnnxNode, raising: Raising): void {
  if (holdsGraph(node)) throw raising.refuse(node, 'the graphs inside of it are not rewritten');
  const rule = node.domain === undefined ? raisings[node.type] : undefined;
  if (rule === undefined || raising.opset >= rule.since) raising.draft.keep(node);
  else rule.raise(node, raising);
}

function refusal(node: OnnxNode, opset: number, why: string): Problem {
  const name = node.name === '' ? node.outputs[0] : node.name;
  const text = `Quantized weights need ONNX operator set 13, and the ${node.type} “${name}” of set ${opset} cannot be raised to it: ${why}. Export the model with opset_version 13 or newer.`;
  return new Problem('export/refused', text, { node: name, type: node.type, opset });
}
