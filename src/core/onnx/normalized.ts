import type { OnnxGraph, OnnxModel } from '../formats/onnx/graph.ts';
import type { Dtype, Shape } from '../model/types.ts';

/** Type and shape of a value, with every size known. */
export interface ValueType {
  readonly dtype: Dtype;
  readonly shape: Shape;
}

/**
 * An ONNX model that is ready to be translated or quantized: the batch is 1, every size is known, what no input changes
 * is a constant, and nothing is left that only training needs. Values that remain keep their names and mean what they mean in the file.
 */
export interface NormalizedOnnx {
  /** As it was read. */
  readonly file: OnnxModel;
  /** Its nodes are of the file's operator set. */
  readonly graph: OnnxGraph;
  /** Of every value of `graph`: inputs, constants, and what its nodes make. */
  readonly values: ReadonlyMap<string, ValueType>;
  /** What was done that the person should know, in sentences. */
  readonly notes: readonly string[];
}
