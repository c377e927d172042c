/**
 * The arithmetic of an int8 model as an interface, so that plain TypeScript and WebAssembly can stand behind one plan.
 *
 * Every method prepares one step of a plan: it gets the op's constants (kernel-params.ts) and the buffers that the step will
 * always work on, may pack weights and make tables, and returns the function that runs the step. All checking is the plan's work:
 * parameters fit each other and the buffers.
 */

import type { Elements } from '../../model/types.ts';
import type {
  AddParams,
  ArgParams,
  BlockParams,
  CastParams,
  ConvParams,
  DenseParams,
  ElevenBitResizeParams,
  FloatResizeParams,
  FloatSumParams,
  JoinParams,
  LogSoftmaxParams,
  MatMulParams,
  MultiplyParams,
  NormalizeParams,
  PoolParams,
  ProductParams,
  QuantizeParams,
  ReduceParams,
  ResizeParams,
  SoftmaxParams,
  SumParams,
  TopParams,
  WeightedSumParams,
} from './kernel-params.ts';
import type { LinkedPlan, PreparedPlan } from './prepared-plan.ts';
import type { RecurrentKernels } from './recurrent-kernels.ts';

/** Runs one step: reads its inputs' buffers, writes its output's. */
export type Step = () => void;
/** Several steps in turn, which can be taken apart again. */
export interface CompositeStep extends Step {
  readonly parts: readonly Step[];
}
/** One byte an element. */
export type ByteArray = Int8Array | Uint8Array;
/** Left and right; of equal shape wherever the op is element by element. */
export type Operands<T> = readonly [left: T, right: T];

/** Elements are moved as they are, whatever they mean: the plan views them as integers of their size. */
export type MovableArray = Int8Array | Int16Array | Int32Array | BigInt64Array;

export interface Int8Kernels extends RecurrentKernels {
  conv2d(params: ConvParams, input: Int8Array, output: Int8Array): Step;
  depthwiseConv2d(params: ConvParams, input: Int8Array, output: Int8Array): Step;
  /** Taps scatter: `window` describes the forward convolution from the output image to the input image. */
  transposeConv2d(params: ConvParams, input: Int8Array, output: Int8Array): Step;
  dense(params: DenseParams, input: Int8Array, output: Int8Array): Step;
  matMul(params: MatMulParams, operands: Operands<Int8Array>, output: Int8Array): Step;
  add(params: AddParams, operands: Operands<Int8Array>, output: Int8Array): Step;
  /** ADD and SUB as XNNPACK computes them. */
  weightedSum(params: WeightedSumParams, operands: Operands<Int8Array>, output: Int8Array): Step;
  multiply(params: MultiplyParams, operands: Operands<Int8Array>, output: Int8Array): Step;
  averagePool(params: PoolParams, input: Int8Array, output: Int8Array): Step;
  maxPool(params: PoolParams, input: Int8Array, output: Int8Array): Step;
  /** MEAN and SUM, which differ in their rescaling only. */
  sum(params: SumParams, input: Int8Array, output: Int8Array): Step;
  /** SUM as LiteRT computes it, MEAN and SUM as XNNPACK does. */
  sumInFloat(params: FloatSumParams, input: Int8Array, output: Int8Array): Step;
  reduceMax(params: ReduceParams, input: Int8Array, output: Int8Array): Step;
  reduceMin(params: ReduceParams, input: Int8Array, output: Int8Array): Step;
  softmax(params: SoftmaxParams, input: Int8Array, output: Int8Array): Step;
  logSoftmax(params: LogSoftmaxParams, input: Int8Array, output: Int8Array): Step;
  l2Normalize(params: NormalizeParams, input: Int8Array, output: Int8Array): Step;
  /** output = table[byte of input]: every function of one int8 value. */
  lookup(table: ByteArray, input: ByteArray, output: ByteArray): Step;
  /** output = table[256 · byte of left + byte of right]: functions of two int8 values that have no kernel of their own. */
  lookupPair(table: ByteArray, operands: Operands<ByteArray>, output: ByteArray): Step;
  quantize(params: QuantizeParams, input: Float32Array, output: ByteArray): Step;
  /** output = table[byte of input] */
  dequantize(table: Float32Array, input: ByteArray, output: Float32Array): Step;
  resizeBilinear(params: ResizeParams, input: Int8Array, output: Int8Array): Step;
  /** RESIZE_BILINEAR as XNNPACK computes it. */
  resizeBilinearInElevenBits(params: ElevenBitResizeParams, input: Int8Array, output: Int8Array): Step;
  /** RESIZE_BILINEAR of models that were uint8. */
  resizeBilinearInFloat(params: FloatResizeParams, input: Int8Array, output: Int8Array): Step;
  /** output[i] = input[source[i]], or `fill` where source[i] is negative: whatever only moves elements. */
  move<T extends MovableArray>(
    params: { readonly source: Int32Array; readonly fill: number },
    input: T,
    output: T,
  ): Step;
  /** REDUCE_PROD. */
  product(params: ProductParams, input: Int8Array, output: Int8Array): Step;
  /** The first position of the extreme value along one axis. */
  argExtreme(params: ArgParams, input: Int8Array, output: Int32Array | BigInt64Array): Step;
  /** The greatest values of each row in descending order, equal ones by position, and their positions. */
  topK(
    params: TopParams,
    input: Int8Array,
    outputs: { readonly values: Int8Array; readonly indices: Int32Array },
  ): Step;
  /** Blocks from `positions` of the input, one after the other. */
  take<T extends MovableArray>(params: BlockParams, input: T, output: T): Step;
  /** Blocks of the input, one after the other, to `positions` of the output, whose other elements stay. */
  put<T extends MovableArray>(params: BlockParams, input: T, output: T): Step;
  /** Adds blocks of the input, one after the other, to `positions` of an output of zeros. Sums wrap. */
  scatterAdd<T extends MovableArray>(params: BlockParams, input: T, output: T): Step;
  /** Each element as the other type has it. */
  cast(params: CastParams, input: Elements, output: Elements): Step;
  /** Left where the condition holds, else right. */
  select<T extends MovableArray>(condition: Uint8Array, operands: Operands<T>, output: T): Step;
  /** CONCATENATION and PACK. */
  join<T extends MovableArray>(params: JoinParams, inputs: readonly T[], output: T): Step;
  /**
   * Called once, when every op is prepared. Kernels that keep activations elsewhere than in the plan's buffers lay them
   * out here and give the steps that are run instead.
   */
  link?(plan: PreparedPlan): LinkedPlan;
}

/** Makes a set of kernels; each plan has its own. */
export type KernelFactory = () => Int8Kernels;
