import type { Executor } from '../../src/core/execute/executor.ts';
import { mainGraph, tensorAt } from '../../src/core/model/graph.ts';
import { permuteData } from '../../src/core/model/permute.ts';
import type { Model, Sample, Tensor, TensorData } from '../../src/core/model/types.ts';

/** A value of the ONNX file as `tensor`, which is that value, stores it. */
export function asStored(value: TensorData, { origin, dtype }: Tensor): TensorData {
  const order = origin?.order ?? [...value.shape.keys()];
  const shape = order.map((axis) => value.shape[axis] as number);
  return { shape, dtype, data: permuteData(value.data, value.shape, order) };
}

/** What `tensor` stores in the order of the ONNX value that it is. */
export function asMeant({ shape, dtype, data }: TensorData, { origin }: Tensor): TensorData {
  const order = origin?.order ?? [...shape.keys()];
  const back = order.map((_, axis) => order.indexOf(axis));
  return { shape: back.map((axis) => shape[axis] as number), dtype, data: permuteData(data, shape, back) };
}

/** By the names of ONNX values. */
export type ByOrigin = ReadonlyMap<string, TensorData>;

/**
 * Runs a translated model on values of the ONNX file and gives every value that a tensor still is, in its own order.
 * @param executor - of `model`; it watches whichever tensors are to be seen.
 */
export async function valuesByOrigin(model: Model, executor: Executor, inputs: ByOrigin): Promise<ByOrigin> {
  const graph = mainGraph(model);
  const values = new Map<string, TensorData>();
  const put = (tensor: Tensor, value: TensorData) => {
    if (tensor.origin !== undefined) values.set(tensor.origin.name, asMeant(value, tensor));
  };
  const sample: Sample = graph.inputs.map((id) => {
    const tensor = tensorAt(graph, id);
    return asStored(inputs.get(tensor.origin?.name ?? '') as TensorData, tensor);
  });
  const outputs = await executor.execute(sample, (id, value) => put(tensorAt(graph, id), value));
  graph.outputs.forEach((id, k) => {
    put(tensorAt(graph, id), outputs[k] as TensorData);
  });
  executor.dispose();
  return values;
}
