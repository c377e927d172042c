import type { OnnxGraph, OnnxNode, OnnxValue } from '../../formats/onnx/graph.ts';
import { Problem } from '../../problem.ts';
import type { TypedGraph } from '../propagate.ts';

/**
 * The graph without nodes and constants that no output needs, and with the types of its inputs and outputs filled in.
 * @throws Problem `model/invalid` for an output that nothing makes.
 */
export function pruned({ opset, graph, values }: TypedGraph): TypedGraph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const kept: OnnxNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    kept.push(node);
    for (const name of node.inputs) needed.add(name);
  }
  const nodes = kept.reverse();
  const alive = new Set([
    ...needed,
    ...graph.inputs.map(({ name }) => name),
    ...nodes.flatMap(({ outputs }) => outputs),
  ]);
  const typed = (value: OnnxValue): OnnxValue => {
    const type = values.get(value.name);
    if (type !== undefined) return { name: value.name, ...type };
    const text = `Nothing makes the model's output “${value.name}”.`;
    throw new Problem('model/invalid', text, { name: value.name });
  };
  const result: OnnxGraph = {
    inputs: graph.inputs.map(typed),
    outputs: graph.outputs.map(typed),
    constants: new Map([...graph.constants].filter(([name]) => needed.has(name))),
    nodes,
  };
  return { opset, graph: result, values: new Map([...values].filter(([name]) => alive.has(name))) };
}
