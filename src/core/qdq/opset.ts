import { NodeView, scopeOf } from '../onnx/node-view.ts';
import type { NormalizedOnnx, ValueType } from '../onnx/normalized.ts';
import { nodeProblem } from '../onnx/problems.ts';
import type { Problem } from '../problem.ts';
import { Draft } from './draft.ts';
import { type Raising, raisings } from './raisings.ts';

/** The first operator set in which QuantizeLinear and DequantizeLinear know scales per channel. */
const least = 13;

/**
 * The same graph in operator set 13, unless its own is that or newer: ops whose meaning or form changed on the way are
 * written as set 13 wants them.
 * @throws Problem `export/refused` for a node without an exact counterpart.
 */
export function raiseOpset(onnx: NormalizedOnnx): NormalizedOnnx {
  if (onnx.opset >= least) return onnx;
  const draft = new Draft(onnx.graph);
  const values = new Map<string, ValueType>(onnx.values);
  const raising: Raising = { draft, values, refuse: refusal };
  for (const node of onnx.graph.nodes) {
    const rule = node.domain === undefined ? raisings[node.type] : undefined;
    if (rule === undefined || onnx.opset >= rule.since) draft.keep(node);
    else rule.raise(new NodeView(node, scopeOf(onnx)), raising);
  }
  const graph = draft.finish();
  for (const [name, { dtype, shape }] of graph.constants) values.set(name, { dtype, shape });
  return { ...onnx, opset: least, graph, values };
}

function refusal(view: NodeView, why: string): Problem {
  const what = `is of ONNX operator set ${view.opset} and cannot be raised to ${least}, which quantized weights need: ${why}. Export the model with opset_version ${least} or newer`;
  return nodeProblem(view.node, what, 'export/refused');
}
