import { Problem } from '../problem.ts';
import type { Graph, Model, Op, OpId, Tensor, TensorId } from './types.ts';

/** What the name of an opaque op begins with that is a node of an ONNX file: one that TensorFlow Lite has no ops for. */
export const onnxPrefix = 'ONNX:';

/** The graph that is calibrated, quantized and executed. Converters put the default signature first. */
export function mainGraph(model: Model): Graph {
  const graph = model.graphs[0];
  if (graph === undefined) throw new Problem('model/invalid', 'The model has no graph.');
  return graph;
}

/** The tensor at `id`. Ids of a checked model are always in range. */
export function tensorAt(graph: Graph, id: TensorId): Tensor {
  const tensor = graph.tensors[id];
  if (tensor === undefined) {
    throw new Problem(
      'model/invalid',
      `Tensor ${id} does not exist; the graph has ${graph.tensors.length}.`,
      { tensor: id },
    );
  }
  return tensor;
}

/** The operator's name as TensorFlow Lite prints it: `CONV_2D`, or `CUSTOM:<code>`. */
export function opName(op: Op): string {
  return op.kind === 'OPAQUE' ? op.name : op.kind;
}

const unknownBuiltin = 'BUILTIN_';

/** The name that an operator code has which the schema of TensorFlow Lite does not know. */
export function unknownBuiltinName(code: number): string {
  return `${unknownBuiltin}${code}`;
}

/** The code of an operator by its name, where the schema does not know it. */
export function unknownBuiltinCode(name: string): number | undefined {
  return name.startsWith(unknownBuiltin) ? Number(name.slice(unknownBuiltin.length)) : undefined;
}

/** Optional inputs stand as −1. */
export function isPresent(id: TensorId | undefined): id is TensorId {
  return id !== undefined && id >= 0;
}

/** For every tensor the op that makes it; `undefined` for graph inputs and constants. */
export function producers(graph: Graph): ReadonlyMap<TensorId, OpId> {
  const map = new Map<TensorId, OpId>();
  graph.ops.forEach((op, index) => {
    for (const output of op.outputs) map.set(output, index as OpId);
  });
  return map;
}

/** For every tensor the ops that read it, each once, in execution order. */
export function consumers(graph: Graph): ReadonlyMap<TensorId, readonly OpId[]> {
  const map = new Map<TensorId, OpId[]>();
  graph.ops.forEach((op, index) => {
    for (const input of new Set(op.inputs)) {
      if (!isPresent(input)) continue;
      const list = map.get(input);
      if (list === undefined) map.set(input, [index as OpId]);
      else list.push(index as OpId);
    }
  });
  return map;
}

/** `model` with its first graph replaced. */
export function withMainGraph(model: Model, graph: Graph): Model {
  return { ...model, graphs: [graph, ...model.graphs.slice(1)] };
}

/** `model` on its own: for one that no longer computes what the file does that it was translated from. */
export function withoutOriginal({ original: _, ...model }: Model): Model {
  return model;
}
