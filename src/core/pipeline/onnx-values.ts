import { mainGraph, onnxPrefix, tensorAt, withMainGraph } from '../model/graph.ts';
import type { Graph, Model, OpaqueOp, Tensor, TensorId } from '../model/types.ts';
import type { NormalizedOnnx } from '../onnx/normalized.ts';
import { operatorOf } from '../onnx/problems.ts';

/**
 * A model whose tensors are the values of an ONNX graph: what is measured, or run, where the file's own values are wanted and
 * not those of its translation. It is computed by the file alone.
 * @param model - the translation: its inputs, in its order of dimensions, are what is fed.
 * @param names - the values that are wanted.
 */
export function modelOfValues(onnx: NormalizedOnnx, model: Model, names: readonly string[]): Model {
  const wanted = new Set(names);
  const inputs = mainGraph(model).inputs.map((id) => tensorAt(mainGraph(model), id));
  const tensors: Tensor[] = [...inputs];
  const ids = new Map(inputs.map(({ origin, name }, id) => [origin?.name ?? name, id as TensorId]));
  const idOf = (name: string): TensorId => {
    const known = ids.get(name);
    if (known !== undefined) return known;
    const id = tensors.length as TensorId;
    const { dtype = 'float32', shape = [] } = onnx.values.get(name) ?? {};
    tensors.push({ name, dtype, shape, origin: { name } });
    ids.set(name, id);
    return id;
  };
  const makers = onnx.graph.nodes.filter(({ outputs }) => outputs.some((name) => wanted.has(name)));
  const ops = makers.map(
    (node): OpaqueOp => ({
      kind: 'OPAQUE',
      name: `${onnxPrefix}${operatorOf(node)}`,
      version: 1,
      inputs: [],
      outputs: node.outputs.filter((name) => wanted.has(name)).map(idOf),
      options: {},
    }),
  );
  const graph: Graph = {
    name: mainGraph(model).name,
    tensors,
    inputs: inputs.map((_, id) => id as TensorId),
    outputs: onnx.graph.outputs.map(({ name }) => idOf(name)),
    ops,
  };
  return { ...withMainGraph(model, graph), signatures: [] };
}
