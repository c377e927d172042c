import type { OpaqueOptions, OptionsByKind } from './options.ts';

/** Position of a tensor in `Graph.tensors`. A branded number: checked by the compiler, free at run time. */
export type TensorId = number & { readonly brand: 'TensorId' };
/** Position of an op in `Graph.ops`. */
export type OpId = number & { readonly brand: 'OpId' };

/** Element types, with the names TensorFlow Lite's schema gives them, in lower case. */
export type Dtype =
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'float64'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'int4'
  | 'int2'
  | 'uint4'
  | 'float8_e4m3fn'
  | 'float8_e5m2'
  | 'bool'
  | 'string'
  | 'complex64'
  | 'complex128'
  | 'resource'
  | 'variant';

/** Dimensions, outermost first; images are NHWC. `[]` is a scalar. */
export type Shape = readonly number[];

/**
 * Affine quantization: real = (q − zeroPoint) · scale.
 * One entry in `scale` and `zeroPoint` is per-tensor; several are one per slice along `axis`.
 */
export interface Quant {
  readonly scale: Float32Array;
  readonly zeroPoint: Int32Array;
  /** The dimension that per-channel scales run along (TFLite's quantized_dimension). 0 for per-tensor. */
  readonly axis: number;
  /** Calibrated range, informational; some writers leave it in the file. */
  readonly min?: Float32Array;
  readonly max?: Float32Array;
}

/** Real values, and whether the smallest integer is left unused. */
export interface FakeQuantRange {
  readonly min: number;
  readonly max: number;
  readonly narrow: boolean;
}

/** Where a translated tensor comes from. */
export interface TensorOrigin {
  /** Name of the value. */
  readonly name: string;
  /** Dimension i of the tensor is dimension `order[i]` of the value ([0, 2, 3, 1]: NHWC of an NCHW value). Absent: the same order. */
  readonly order?: readonly number[];
}

export interface Tensor {
  readonly name: string;
  readonly shape: Shape;
  /** As in the file: −1 where a dimension is only known at run time. Absent when every dimension is fixed. */
  readonly shapeSignature?: Shape;
  readonly dtype: Dtype;
  /**
   * Little-endian bytes of a constant, C order, int4 packed low nibble first. Absent for activations.
   * Tensors that share a buffer in the file share this object, and the writer keeps it so.
   */
  readonly data?: Uint8Array;
  readonly quant?: Quant;
  /**
   * The integers this float constant was widened from (a dynamic-range file): quantizing reuses them as they are, so the
   * weights are not rounded a second time. Never written to a file.
   */
  readonly grid?: { readonly dtype: Dtype; readonly data: Uint8Array; readonly quant: Quant };
  /**
   * The range that quantization-aware training gave this tensor (a FAKE_QUANT that was folded away). It is quantized with
   * it, whatever is calibrated. Never written to a file.
   */
  readonly fakeQuant?: FakeQuantRange;
  /**
   * The value of an ONNX file that this tensor was translated from, while it is the same up to the order of its
   * dimensions. Never written to a file.
   */
  readonly origin?: TensorOrigin;
  /** State that lives across executions (TFLite variable tensors). */
  readonly isVariable?: boolean;
  /** What the file format says beyond this, opaque here and written back by the same format. */
  readonly passthrough?: unknown;
}

/** What every op has. */
export interface OpBase {
  /** Tensor positions; −1 where an optional input is left out. */
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
  /** Version of the operator's contract (TFLite OperatorCode.version). */
  readonly version: number;
  readonly intermediates?: readonly TensorId[];
  /** Options and fields of the file that we do not interpret, written back by the same format. */
  readonly passthrough?: unknown;
}

/** Operators whose options we understand. */
export type KnownKind = keyof OptionsByKind;
export type KnownOp = {
  [K in KnownKind]: OpBase & { readonly kind: K; readonly options: OptionsByKind[K] };
}[KnownKind];

/** An operator that is only passed through: `name` is its builtin name or `CUSTOM:<code>`. */
export interface OpaqueOp extends OpBase {
  readonly kind: 'OPAQUE';
  readonly name: string;
  readonly options: OpaqueOptions;
}

export type Op = KnownOp | OpaqueOp;
export type OpOf<K extends KnownKind> = Extract<KnownOp, { readonly kind: K }>;

export interface Graph {
  readonly name: string;
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
  readonly tensors: readonly Tensor[];
  /** In execution order. */
  readonly ops: readonly Op[];
  readonly passthrough?: unknown;
}

/** A named argument of a signature. */
export interface Argument {
  readonly name: string;
  readonly tensor: TensorId;
}

/** A callable entry point of the model (TFLite SignatureDef). */
export interface Signature {
  readonly key: string;
  readonly graph: number;
  readonly inputs: readonly Argument[];
  readonly outputs: readonly Argument[];
}

/** A named blob of the file, e.g. `min_runtime_version` or `TFLITE_METADATA`. */
export interface MetadataEntry {
  readonly name: string;
  readonly data: Uint8Array;
}

/** A model, float or quantized: a quantized one is a model whose tensors carry `quant`. Immutable. */
export interface Model {
  readonly description: string;
  /** The first graph is the one that is calibrated, quantized and executed. */
  readonly graphs: readonly Graph[];
  readonly signatures: readonly Signature[];
  readonly metadata: readonly MetadataEntry[];
  /** A zip of label files that stands behind the model in its file. */
  readonly appended?: Uint8Array;
  readonly passthrough?: unknown;
}

/** Elements of a tensor while executing. bool is 0/1 in a Uint8Array; float16 is widened to float32. */
export type Elements =
  | Float32Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float64Array;

/** A tensor's value: C order, NHWC for images. */
export interface TensorData {
  readonly shape: Shape;
  readonly dtype: Dtype;
  readonly data: Elements;
}

/** One value for each model input, in the order of `Graph.inputs`. Pictures are one way to make samples. */
export type Sample = readonly TensorData[];
