import type { OnnxGraph, OnnxNode } from '../formats/onnx/graph.ts';
import type { TensorData } from '../model/types.ts';
import { Problem } from '../problem.ts';
import { Folder } from './fold/fold.ts';
import { NodeView } from './node-view.ts';
import type { ValueType } from './normalized.ts';
import { nodeName, nodeProblem } from './problems.ts';
import { inferTypes, shapeRuleOf } from './shapes/infer.ts';

/** A graph of which every value's type and shape is known. */
export interface TypedGraph {
  readonly opset: number;
  readonly graph: OnnxGraph;
  readonly values: ReadonlyMap<string, ValueType>;
}

export interface PropagateOptions {
  readonly opset: number;
  /** Types of the graph's inputs. */
  readonly inputs: ReadonlyMap<string, ValueType>;
  /** What the file says of a value that an unknown operator makes. */
  readonly told: (name: string) => ValueType | undefined;
}

/** Elements that folding may compute in one model: enough for any shape arithmetic and for a table of anchors or two. */
const foldLimit = 2 ** 26;

/**
 * Walks the nodes once: types and shapes of all values, and the values of all that no input changes.
 * @throws Problem `model/invalid` naming the node that is wrong, `model/unsupported-op` naming every node of an unknown
 * operator whose results' shapes the file does not tell either.
 */
export function propagate(graph: OnnxGraph, { opset, inputs, told }: PropagateOptions): TypedGraph {
  const values = new Map<string, ValueType>(inputs);
  const constants = new Map<string, TensorData>(graph.constants);
  for (const [name, { dtype, shape }] of constants) values.set(name, { dtype, shape });
  const madeSomewhere = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const folder = new Folder(foldLimit);
  const unknown: OnnxNode[] = [];
  /** What unknown operators make, and what follows from it. */
  const lost = new Set<string>();
  const nodes = graph.nodes.filter((node) => {
    checkOrder(node, { values, lost, madeSomewhere });
    const view = new NodeView(node, { opset, values, constants });
    const rule = shapeRuleOf(view);
    if (rule === undefined) unknown.push(node);
    const reachable = rule !== undefined && !node.inputs.some((name) => lost.has(name));
    const types = reachable ? inferTypes(view, rule) : toldTypes(node, told);
    for (const name of node.outputs) {
      const type = types.get(name);
      if (type !== undefined) values.set(name, type);
      else if (name !== '') lost.add(name);
    }
    if (!reachable) return true;
    const results = folder.fold(
      view,
      node.outputs.map((name) => types.get(name)),
    );
    node.outputs.forEach((name, i) => {
      const result = results?.[i];
      if (result !== undefined && name !== '') constants.set(name, result);
    });
    return results === undefined;
  });
  if (lost.size > 0) throw unknownOperators(unknown, lost);
  return { opset, values, graph: { ...graph, nodes, constants } };
}

interface Known {
  readonly values: ReadonlyMap<string, ValueType>;
  readonly lost: ReadonlySet<string>;
  readonly madeSomewhere: ReadonlySet<string>;
}

/** Nodes stand in the order in which they run, and each value is made once. */
function checkOrder(node: OnnxNode, { values, lost, madeSomewhere }: Known): void {
  const isKnown = (name: string) => name === '' || values.has(name) || lost.has(name);
  const early = node.inputs.find((name) => !isKnown(name));
  if (early !== undefined) {
    const why = madeSomewhere.has(early)
      ? 'before it is made; nodes must stand in the order in which they run, without cycles'
      : 'which nothing in the file makes';
    throw nodeProblem(node, `reads “${early}” ${why}`);
  }
  const again = node.outputs.find(
    (name, i) => name !== '' && (isKnown(name) || node.outputs.indexOf(name) < i),
  );
  if (again !== undefined) throw nodeProblem(node, `makes “${again}”, which exists already`);
}

function toldTypes(
  node: OnnxNode,
  told: (name: string) => ValueType | undefined,
): ReadonlyMap<string, ValueType> {
  return new Map(
    node.outputs.flatMap((name) => {
      const type = told(name);
      return type === undefined ? [] : [[name, type] as const];
    }),
  );
}

function unknownOperators(unknown: readonly OnnxNode[], lost: ReadonlySet<string>): Problem {
  const nodes = unknown.filter(({ outputs }) => outputs.some((name) => lost.has(name)));
  const text = `Operators that are not known here make values whose shapes the file does not tell: ${nodes.map(nodeName).join(', ')}. Store the shapes in the file, e.g. with onnxruntime's symbolic_shape_infer, or export the model without these operators.`;
  const details = nodes.map(({ name, type, domain, outputs }) => ({ node: name, type, domain, outputs }));
  return new Problem('model/unsupported-op', text, { nodes: details });
}
