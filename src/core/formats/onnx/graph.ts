import type { Dtype, TensorData } from '../../model/types.ts';
import type { AttributeProto, ModelProto } from './generated/onnx_pb.ts';

/** A dimension: its size, or the name of a size that is open until run time ('' where it has no name). */
export type Dim = number | string;

/** An attribute of a node. ONNX tells integers from floats, so a plain number would not do. */
export type Attribute =
  | string
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: TensorData }
  /** Graphs, types and sparse tensors, which only go through. */
  | { readonly opaque: AttributeProto };
export type Attributes = Readonly<Record<string, Attribute>>;

export interface OnnxNode {
  /** Appears in the runtime's error messages. Files may leave it empty. */
  readonly name: string;
  /** Operator, e.g. `Conv`. */
  readonly type: string;
  /** The set that the operator is from; absent for ONNX's own. */
  readonly domain?: string;
  /** Names of values; '' where an optional input is left out. */
  readonly inputs: readonly string[];
  /** Names of values; '' where an optional output is not wanted. */
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** What is said of a value of the graph: an input, an output, or one in between. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: Dtype;
  /** Absent where even the rank is open. */
  readonly shape?: readonly Dim[];
}

export interface OnnxGraph {
  /** What is fed: constants are not among them, though files before IR version 4 list them so. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Initializers by name. */
  readonly constants: ReadonlyMap<string, TensorData>;
  /** In execution order. */
  readonly nodes: readonly OnnxNode[];
}

/** An ONNX file as it was read. */
export interface OnnxModel {
  readonly graph: OnnxGraph;
  /** Version of ONNX's own operator set. */
  readonly opset: number;
  /** Types and shapes that the file tells of values inside the graph, by name. Exporters may be wrong. */
  readonly told: ReadonlyMap<string, OnnxValue>;
  /** Everything, so that what is changed can be written back with the rest untouched. Holds views of the file's bytes. */
  readonly proto: ModelProto;
}
