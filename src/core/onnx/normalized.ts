import type { OnnxGraph, OnnxModel } from '../formats/onnx/graph.ts';
import type { Dtype, Shape } from '../model/types.ts';

/** Type and shape of a value, with every size known. */
export interface ValueType {
  readonly dtype: Dtype;
  readonly shape: Shape;
}

/**
 * An ONNX model that is ready to be translated or quantized: a batch that the file leaves open is 1 (one that it fixes stays),
 * every size is known, what no input changes is a constant, and nothing is left that only training needs. Values that remain keep their names and mean what they mean in the file.
 */
export interface NormalizedOnnx {
  /** As it was read. */
  readonly file: OnnxModel;
  /** Version of ONNX's own operators that the nodes below are of: the file's, or 7 where that is 6. */
  readonly opset: number;
  /**
   * float16, bfloat16 and float64 are float32. Convolutions and pooling say their padding in `pads`: there is no auto_pad, no
   * output_shape, and a ceil_mode only where padding cannot say the same (AveragePool that counts padding).
   * BatchNormalization is left where no layer with constant weights stands beside it.
   */
  readonly graph: OnnxGraph;
  /** Of every value of `graph`: inputs, constants, and what its nodes make. */
  readonly values: ReadonlyMap<string, ValueType>;
  /** What was done that the person should know, in sentences. */
  readonly notes: readonly string[];
}
