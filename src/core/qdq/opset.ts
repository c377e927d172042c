import { holdsGraph } from '../formats/onnx/inside.ts';
import { NodeView } from '../onnx/node-view.ts';
import type { NormalizedOnnx, ValueType } from '../onnx/normalized.ts';
import { nodeProblem } from '../onnx/problems.ts';
import type { Problem } from '../problem.ts';
import { Draft } from './draft.ts';
import { type Raising, raisings } from './raisings.ts';

/** A graph whose nodes are of `opset`, which may be newer than the file's. */
export interface RaisedOnnx {
  readonly onnx: NormalizedOnnx;
  readonly opset: number;
}

/**
 * The same graph in operator set `least`, unless its own is that or newer: ops whose meaning or form changed on the way are
 * written as the newer set wants them. `least` is 13; what changed later is not known here.
 * @throws Problem `export/refused` for a node without an exact counterpart.
 */
export function raiseOpset(onnx: NormalizedOnnx, least: 13): RaisedOnnx {
  const { opset } = onnx.file;
  if (opset >= least) return { onnx, opset };
  const draft = new Draft(onnx.graph);
  const values = new Map<string, ValueType>(onnx.values);
  const scope = { opset, values, constants: onnx.graph.constants };
  for (const node of onnx.graph.nodes)
    raiseNode(new NodeView(node, scope), { draft, values, refuse: refusal });
  const graph = draft.finish();
  for (const [name, { dtype, shape }] of graph.constants) values.set(name, { dtype, shape });
  return { onnx: { ...onnx, graph, values }, opset: least };
}

function raiseNode(view: NodeView, raising: Raising): void {
  const { node, opset } = view;
  if (holdsGraph(node)) throw refusal(view, 'the graphs inside of it are not rewritten');
  const rule = node.domain === undefined ? raisings[node.type] : undefined;
  if (rule === undefined || opset >= rule.since) raising.draft.keep(node);
  else rule.raise(view, raising);
}

function refusal(view: NodeView, why: string): Problem {
  const what = `is of ONNX operator set ${view.opset} and cannot be raised to 13, which quantized weights need: ${why}. Export the model with opset_version 13 or newer`;
  return nodeProblem(view.node, what, 'export/refused');
}
