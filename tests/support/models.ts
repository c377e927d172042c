import { bytesOf } from '../../src/core/model/data.ts';
import type {
  Graph,
  KnownOp,
  Model,
  Shape,
  Tensor,
  TensorData,
  TensorId,
} from '../../src/core/model/types.ts';

/** A float32 value. */
export function floats(shape: Shape, data: Float32Array | readonly number[]): TensorData {
  return { shape, dtype: 'float32', data: Float32Array.from(data) };
}

export function activation(shape: Shape): Tensor {
  return { name: 'activation', shape, dtype: 'float32' };
}

export function constant({ shape, dtype, data }: TensorData): Tensor {
  return { name: 'constant', shape, dtype, data: bytesOf(data) };
}

/** An op without what tests seldom care for. */
export type OpSketch = KnownOp extends infer Op
  ? Op extends KnownOp
    ? Pick<Op, 'kind' | 'options'> & {
        readonly inputs: readonly number[];
        readonly outputs: readonly number[];
      }
    : never
  : never;

/** A model of one graph; tensors are named by their position. */
export function modelOf(
  tensors: readonly Tensor[],
  ops: readonly OpSketch[],
  ends: readonly [inputs: readonly number[], outputs: readonly number[]],
): Model {
  const [inputs, outputs] = ends as readonly [readonly TensorId[], readonly TensorId[]];
  const graph: Graph = {
    name: 'main',
    tensors,
    inputs,
    outputs,
    ops: ops.map((op) => ({ version: 1, ...op }) as KnownOp),
  };
  return { description: '', graphs: [graph], signatures: [], metadata: [] };
}
