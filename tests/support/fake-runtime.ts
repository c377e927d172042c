import type { Executor, FloatRuntime } from '../../src/core/execute/executor.ts';
import { elementCount } from '../../src/core/model/data.ts';
import { mainGraph, tensorAt } from '../../src/core/model/graph.ts';
import type { NamedSample, SampleSource } from '../../src/core/model/samples.ts';
import type {
  Graph,
  Model,
  Op,
  Sample,
  Shape,
  Tensor,
  TensorData,
  TensorId,
} from '../../src/core/model/types.ts';
import { Problem } from '../../src/core/problem.ts';

export const tid = (id: number): TensorId => id as TensorId;

export function floatTensor(name: string, shape: Shape): Tensor {
  return { name, shape, dtype: 'float32' };
}

export function floatData(values: readonly number[], shape: Shape = [1, values.length]): TensorData {
  return { shape, dtype: 'float32', data: Float32Array.from(values) };
}

export function modelOf(graph: Partial<Graph>): Model {
  const empty = { name: 'main', inputs: [], outputs: [], tensors: [], ops: [] };
  return { description: '', graphs: [{ ...empty, ...graph }], signatures: [], metadata: [] };
}

export function unaryOp(kind: 'RELU' | 'SOFTMAX' | 'FULLY_CONNECTED', input: number, output: number): Op {
  const common = { inputs: [tid(input)], outputs: [tid(output)], version: 1 };
  if (kind === 'SOFTMAX') return { ...common, kind, options: { beta: 1 } };
  if (kind === 'RELU') return { ...common, kind, options: {} };
  return { ...common, kind, options: { activation: 'NONE', keepNumDims: false, weightsFormat: 'DEFAULT' } };
}

/** A runtime whose tensors are the given functions of the model's first input, instead of what its ops say. */
export function fakeRuntime(
  values: Readonly<Record<number, (x: Float32Array) => readonly number[] | Float32Array>>,
): FloatRuntime {
  const tensorValue = (graph: Graph, id: TensorId, inputs: Sample): TensorData => {
    const { shape } = tensorAt(graph, id);
    const given = inputs[graph.inputs.indexOf(id)];
    if (given !== undefined) return given;
    const data = Float32Array.from(
      values[id]?.(inputs[0]?.data as Float32Array) ?? new Float32Array(elementCount(shape)),
    );
    return { shape, dtype: 'float32', data };
  };
  return {
    create: async (model, taps): Promise<Executor> => ({
      execute: async (inputs, watch) => {
        const graph = mainGraph(model);
        for (const id of taps) watch?.(id, tensorValue(graph, id, inputs));
        return graph.outputs.map((id) => tensorValue(graph, id, inputs));
      },
      dispose: () => {},
    }),
  };
}

/** Samples for a model with one input; `undefined` stands for a file that cannot be read. */
export function sourceOf(
  items: readonly (readonly number[] | undefined)[],
  labels?: readonly number[],
): SampleSource {
  return {
    count: items.length,
    async *open(onSkip): AsyncIterable<NamedSample> {
      for (const [index, values] of items.entries()) {
        const name = `${index}.png`;
        const label = labels?.[index];
        if (values === undefined) onSkip?.(name, new Problem('images/undecodable', 'not a picture'));
        else yield { name, sample: [floatData(values)], ...(label !== undefined && { label }) };
      }
    },
  };
}
