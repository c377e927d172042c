import { mainGraph, opName } from '../../src/core/model/graph.ts';
import type { Model, Tensor, TensorId } from '../../src/core/model/types.ts';
import { quantize } from '../../src/core/quantize/quantize.ts';
import type { Recipe } from '../../src/core/quantize/recipe.ts';
import { activation, constant, floats, modelOf, type OpSketch } from './models.ts';

/** Small float models that the tests of the modes quantize. */
export const named = (tensor: Tensor, name: string): Tensor => ({ ...tensor, name });
export const dense = { activation: 'NONE', keepNumDims: false, weightsFormat: 'DEFAULT' } as const;

/** x [1,4] → dense → y → `middle` → z → dense → out; NEG and ELU have no int8 quantization, and ELU no lowering either. */
export function islandModel(middle: 'NEG' | 'ELU' | 'RELU' = 'NEG'): Model {
  const weights = Float32Array.from({ length: 16 }, (_, i) => (i - 7) / 8);
  const tensors = [
    named(activation([1, 4]), 'x'),
    named(constant(floats([4, 4], weights)), 'w1'),
    named(constant(floats([4], [0.1, 0.2, 0.3, 0.4])), 'b1'),
    named(activation([1, 4]), 'y'),
    named(activation([1, 4]), 'z'),
    named(constant(floats([4, 4], weights)), 'w2'),
    named(activation([1, 4]), 'out'),
  ];
  const ops = [
    { kind: 'FULLY_CONNECTED', options: dense, inputs: [0, 1, 2], outputs: [3] },
    { kind: middle, options: {}, inputs: [3], outputs: [4] },
    { kind: 'FULLY_CONNECTED', options: dense, inputs: [4, 5, -1], outputs: [6] },
  ] as const satisfies readonly OpSketch[];
  return modelOf(tensors, ops, [[0], [6]]);
}

export function rangesOf(
  model: Model,
  min = -1,
  max = 1,
): ReadonlyMap<TensorId, { min: number; max: number }> {
  const { tensors } = mainGraph(model);
  const ids = tensors.flatMap(({ data }, id) => (data === undefined ? [id as TensorId] : []));
  return new Map(ids.map((id) => [id, { min, max }]));
}

export const kinds = (model: Model) => mainGraph(model).ops.map(opName);
export const find = (model: Model, name: string): Tensor => {
  const tensor = mainGraph(model).tensors.find((candidate) => candidate.name === name);
  if (tensor === undefined) throw new Error(`no tensor ${name}`);
  return tensor;
};
export const run = (model: Model, recipe: Recipe) => quantize(model, rangesOf(model), recipe);
