/** Small float models with resource variables. */
import { mainGraph } from '../../src/core/model/graph.ts';
import type { Graph, Model, Sample, Tensor } from '../../src/core/model/types.ts';
import { activation, constant, floats, modelOf, type OpSketch } from './models.ts';

export const handle: Tensor = { name: 'handle', shape: [], dtype: 'resource' };
export const varHandle = (output: number, sharedName = 'v', container?: string): OpSketch => ({
  kind: 'VAR_HANDLE',
  inputs: [],
  outputs: [output],
  options: { sharedName, ...(container !== undefined && { container }) },
});
export const read = (from: number, output: number): OpSketch => ({
  kind: 'READ_VARIABLE',
  inputs: [from],
  outputs: [output],
  options: {},
});
export const assign = (to: number, value: number): OpSketch => ({
  kind: 'ASSIGN_VARIABLE',
  inputs: [to, value],
  outputs: [],
  options: {},
});
export const callOnce = (initGraph: number): OpSketch => ({
  kind: 'CALL_ONCE',
  inputs: [],
  outputs: [],
  options: { initGraph },
});
export const add = (a: number, b: number, output: number): OpSketch => ({
  kind: 'ADD',
  inputs: [a, b],
  outputs: [output],
  options: { activation: 'NONE' },
});

/** A graph that assigns `values` to the variable. */
export function initializer(values: readonly number[], sharedName = 'v'): Graph {
  const tensors = [handle, constant(floats([values.length], values))];
  return mainGraph(modelOf(tensors, [varHandle(0, sharedName), assign(0, 1)], [[], []]));
}

export function withGraphs(model: Model, ...graphs: readonly Graph[]): Model {
  return { ...model, graphs: [...model.graphs, ...graphs] };
}

/** v ← v + input, for two elements; the output is what v has become. */
export const summing = modelOf(
  [activation([2]), handle, activation([2]), activation([2]), handle, activation([2])],
  [callOnce(1), varHandle(1), read(1, 2), add(2, 0, 3), assign(1, 3), varHandle(4), read(4, 5)],
  [[0], [5]],
);
export const sums = withGraphs(summing, initializer([10, 20]));
export const one: Sample = [floats([2], [1, 2])];
