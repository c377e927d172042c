/** Options of the operators we understand, named as in TensorFlow Lite's schema. Units are elements. */

import type { Dtype } from './types.ts';

export type Padding = 'SAME' | 'VALID';
export type Activation = 'NONE' | 'RELU' | 'RELU_N1_TO_1' | 'RELU6' | 'TANH' | 'SIGN_BIT';

export interface ConvOptions {
  readonly padding: Padding;
  readonly strideH: number;
  readonly strideW: number;
  readonly dilationH: number;
  readonly dilationW: number;
  readonly activation: Activation;
}
/** Element type of the bias of a layer with int16 activations; absent: what the bias tensor says. */
export interface BiasTypeOption {
  readonly quantizedBiasType?: 'int32' | 'int64';
}
export interface Conv2dOptions extends ConvOptions, BiasTypeOption {}
export interface DepthwiseOptions extends ConvOptions {
  /** Output channels per input channel; some writers leave 0, so kernels take it from the shapes. */
  readonly depthMultiplier: number;
}
export interface TransposeConvOptions extends BiasTypeOption {
  readonly padding: Padding;
  readonly strideH: number;
  readonly strideW: number;
  readonly activation: Activation;
}
/** Of ops that have a hybrid kernel. */
export interface HybridOption {
  /** With int8 weights and float activations: quantize the activations with a zero point. Absent: symmetric. */
  readonly asymmetricQuantizeInputs?: boolean;
}
export interface DenseOptions extends BiasTypeOption, HybridOption {
  readonly activation: Activation;
  readonly keepNumDims: boolean;
  /** 'DEFAULT', or the shuffled layout of an old optimized kernel, which is not read. */
  readonly weightsFormat: 'DEFAULT' | 'SHUFFLED4x16INT8';
}
export interface PoolOptions {
  readonly padding: Padding;
  readonly strideH: number;
  readonly strideW: number;
  readonly filterH: number;
  readonly filterW: number;
  readonly activation: Activation;
}
export interface ElementwiseOptions {
  /** Fused activation. */
  readonly activation: Activation;
}
export interface SumOptions extends ElementwiseOptions {
  /** With int16 activations: false where scales are no powers of two. Absent: true, the format's default. */
  readonly potScaleInt16?: boolean;
}
export interface AxisOptions {
  readonly axis: number;
}
export interface ConcatOptions extends AxisOptions {
  readonly activation: Activation;
}
export interface ReduceOptions {
  readonly keepDims: boolean;
}
export interface SoftmaxOptions {
  readonly beta: number;
}
export interface ReshapeOptions {
  /** Used when the op has no shape input. */
  readonly newShape: readonly number[];
}
export interface SqueezeOptions {
  readonly squeezeDims: readonly number[];
}
export interface GeluOptions {
  /** true: the tanh form; false: the erf form. */
  readonly approximate: boolean;
}
export interface LeakyReluOptions {
  readonly alpha: number;
}
export interface ResizeOptions {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}
export interface BatchMatMulOptions extends HybridOption {
  readonly adjX: boolean;
  readonly adjY: boolean;
}
export interface PackOptions extends AxisOptions {
  readonly count: number;
}
export interface SplitOptions {
  readonly count: number;
}
export interface GatherOptions extends AxisOptions {
  readonly batchDims: number;
}
export interface StridedSliceOptions {
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
  readonly offset: boolean;
}
export interface BlockOptions {
  readonly blockSize: number;
}
export interface CumsumOptions {
  /** A sum leaves out its own element. */
  readonly exclusive: boolean;
  readonly reverse: boolean;
}
export interface ArgOptions {
  /** Of the positions: int32 or int64, as the output tensor says too. Some files leave it out. */
  readonly outputType?: Dtype;
}
export interface FakeQuantOptions {
  readonly min: number;
  readonly max: number;
  readonly bits: number;
  /** The smallest integer is left unused. */
  readonly narrowRange: boolean;
}
export interface MirrorPadOptions {
  readonly mode: 'REFLECT' | 'SYMMETRIC';
}
export interface SvdfOptions extends HybridOption {
  /** Filters per unit. */
  readonly rank: number;
  readonly activation: Activation;
}
export interface LstmOptions extends HybridOption {
  /** The function of cells. */
  readonly activation: Activation;
  /** Largest magnitude of a cell's state, and of a projected value; 0 for none. */
  readonly cellClip: number;
  readonly projClip: number;
}
export interface SequenceLstmOptions extends LstmOptions {
  /** Sequences are [steps, batch, values] instead of [batch, steps, values]. */
  readonly timeMajor: boolean;
}
/** What a resource variable is known by in all graphs of a model: the container that it lies in, and its name there. */
export interface VarHandleOptions {
  /** Absent: the default one, whose name is empty. */
  readonly container?: string;
  readonly sharedName: string;
}
export interface CallOnceOptions {
  /** Position in `Model.graphs` of the graph that gives variables their first values. */
  readonly initGraph: number;
}
export type NoOptions = Readonly<Record<never, never>>;
/** Options of an operator that is only passed through. */
export type OpaqueOptions = NoOptions;

/** Builtin operator name → its options. The list of operators that a stage can read; what each stage does with one stands in that stage. */
export interface OptionsByKind {
  readonly CONV_2D: Conv2dOptions;
  readonly DEPTHWISE_CONV_2D: DepthwiseOptions;
  readonly TRANSPOSE_CONV: TransposeConvOptions;
  readonly FULLY_CONNECTED: DenseOptions;
  readonly BATCH_MATMUL: BatchMatMulOptions;
  readonly ADD: SumOptions;
  readonly SUB: SumOptions;
  readonly MUL: ElementwiseOptions;
  readonly DIV: ElementwiseOptions;
  readonly AVERAGE_POOL_2D: PoolOptions;
  readonly MAX_POOL_2D: PoolOptions;
  readonly CONCATENATION: ConcatOptions;
  readonly SOFTMAX: SoftmaxOptions;
  readonly RESHAPE: ReshapeOptions;
  readonly SQUEEZE: SqueezeOptions;
  readonly MEAN: ReduceOptions;
  readonly SUM: ReduceOptions;
  readonly REDUCE_MAX: ReduceOptions;
  readonly REDUCE_MIN: ReduceOptions;
  readonly REDUCE_PROD: ReduceOptions;
  readonly GELU: GeluOptions;
  readonly LEAKY_RELU: LeakyReluOptions;
  readonly RESIZE_BILINEAR: ResizeOptions;
  readonly RESIZE_NEAREST_NEIGHBOR: ResizeOptions;
  readonly PACK: PackOptions;
  readonly UNPACK: PackOptions;
  readonly SPLIT: SplitOptions;
  readonly SPLIT_V: SplitOptions;
  readonly GATHER: GatherOptions;
  readonly STRIDED_SLICE: StridedSliceOptions;
  readonly SPACE_TO_DEPTH: BlockOptions;
  readonly DEPTH_TO_SPACE: BlockOptions;
  readonly MIRROR_PAD: MirrorPadOptions;
  readonly SVDF: SvdfOptions;
  readonly RNN: HybridOption;
  readonly UNIDIRECTIONAL_SEQUENCE_RNN: HybridOption;
  readonly BIDIRECTIONAL_SEQUENCE_RNN: HybridOption;
  readonly LSTM: LstmOptions;
  readonly UNIDIRECTIONAL_SEQUENCE_LSTM: SequenceLstmOptions;
  readonly BIDIRECTIONAL_SEQUENCE_LSTM: HybridOption;
  readonly LOGISTIC: NoOptions;
  readonly TANH: NoOptions;
  readonly RELU: NoOptions;
  readonly RELU6: NoOptions;
  readonly RELU_N1_TO_1: NoOptions;
  readonly RELU_0_TO_1: NoOptions;
  readonly PRELU: NoOptions;
  readonly HARD_SWISH: NoOptions;
  readonly ABS: NoOptions;
  readonly EXP: NoOptions;
  readonly LOG: NoOptions;
  readonly SQRT: NoOptions;
  readonly RSQRT: NoOptions;
  readonly LOG_SOFTMAX: NoOptions;
  readonly L2_NORMALIZATION: ElementwiseOptions;
  readonly SQUARED_DIFFERENCE: NoOptions;
  readonly MAXIMUM: NoOptions;
  readonly MINIMUM: NoOptions;
  readonly ARG_MAX: ArgOptions;
  readonly ARG_MIN: ArgOptions;
  readonly EQUAL: NoOptions;
  readonly NOT_EQUAL: NoOptions;
  readonly GREATER: NoOptions;
  readonly GREATER_EQUAL: NoOptions;
  readonly LESS: NoOptions;
  readonly LESS_EQUAL: NoOptions;
  readonly PAD: NoOptions;
  readonly PADV2: NoOptions;
  readonly TRANSPOSE: NoOptions;
  readonly EXPAND_DIMS: NoOptions;
  readonly SLICE: NoOptions;
  readonly TILE: NoOptions;
  readonly BROADCAST_TO: NoOptions;
  readonly REVERSE_V2: NoOptions;
  readonly SELECT: NoOptions;
  readonly SELECT_V2: NoOptions;
  readonly GATHER_ND: NoOptions;
  readonly TOPK_V2: NoOptions;
  readonly SPACE_TO_BATCH_ND: NoOptions;
  readonly BATCH_TO_SPACE_ND: NoOptions;
  readonly DYNAMIC_UPDATE_SLICE: NoOptions;
  readonly SCATTER_ND: NoOptions;
  readonly EMBEDDING_LOOKUP: NoOptions;
  readonly CAST: NoOptions;
  readonly SHAPE: NoOptions;
  readonly RANK: NoOptions;
  readonly FILL: NoOptions;
  readonly ELU: NoOptions;
  readonly NEG: NoOptions;
  readonly FLOOR: NoOptions;
  readonly CEIL: NoOptions;
  readonly ROUND: NoOptions;
  readonly SIN: NoOptions;
  readonly COS: NoOptions;
  readonly SQUARE: NoOptions;
  readonly SIGN: NoOptions;
  readonly POW: NoOptions;
  readonly FLOOR_DIV: NoOptions;
  readonly FLOOR_MOD: NoOptions;
  readonly LOGICAL_AND: NoOptions;
  readonly LOGICAL_OR: NoOptions;
  readonly LOGICAL_NOT: NoOptions;
  readonly ADD_N: NoOptions;
  readonly ZEROS_LIKE: NoOptions;
  readonly CUMSUM: CumsumOptions;
  readonly FAKE_QUANT: FakeQuantOptions;
  readonly VAR_HANDLE: VarHandleOptions;
  readonly READ_VARIABLE: NoOptions;
  readonly ASSIGN_VARIABLE: NoOptions;
  readonly CALL_ONCE: CallOnceOptions;
  readonly QUANTIZE: NoOptions;
  readonly DEQUANTIZE: NoOptions;
}
