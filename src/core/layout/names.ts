import type { Graph, Tensor, TensorId } from '../model/types.ts';

/**
 * Tensors named after the values of the ONNX file that they are. Where there are several of one value, in different
 * orders, an input or output comes first; no name stands twice.
 */
export function named(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const taken = new Set<string>();
  const ends = new Set([...graph.inputs, ...graph.outputs]);
  const others = [...tensors.keys()].filter((id) => !ends.has(id as TensorId));
  for (const id of [...ends, ...others]) {
    const tensor = tensors[id] as Tensor;
    const name = free(taken, tensor.origin?.name ?? tensor.name);
    taken.add(name);
    tensors[id] = name === tensor.name ? tensor : { ...tensor, name };
  }
  return { ...graph, tensors };
}

/** `name`, or with the first number behind it that is free. */
function free(taken: ReadonlySet<string>, name: string): string {
  if (!taken.has(name)) return name;
  let copy = 1;
  while (taken.has(`${name}_${copy}`)) copy++;
  return `${name}_${copy}`;
}
