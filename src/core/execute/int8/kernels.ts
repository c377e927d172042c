/**
 * The arithmetic of an int8 model as an interface, so that plain TypeScript and WebAssembly can stand behind one plan.
 *
 * Every method prepares one step of a plan: it gets the op's constants and the buffers that the step will always work
 * on, may pack weights and make tables, and returns the function that runs the step. All checking is the plan's work:
 * parameters fit each other and the buffers. Images are NHWC, C order; zero points, clamps and shifts are int32.
 */

import type { Elements } from '../../model/types.ts';
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

/**
 * How an int32 accumulator becomes an int8: rescaled, plus `zeroPoint`, clamped to the fused activation's range.
 * One multiplier serves all channels, several are one per output channel.
 */
export interface Output {
  readonly rescale: Rescale;
  readonly zeroPoint: number;
  readonly min: number;
  readonly max: number;
}
/**
 * 'fixed': MultiplyByQuantizedMultiplier. 'real': a product in float64, rounded half away from zero. 'float32': the
 * accumulator as float32 times the factor, the product rounded to float32 and then half to even (XNNPACK).
 */
export type Rescale =
  | { readonly kind: 'fixed'; readonly multiplier: Int32Array; readonly shift: Int32Array }
  | { readonly kind: 'real'; readonly factor: Float64Array }
  | { readonly kind: 'float32'; readonly factor: Float32Array };

/** A window that moves over an image; sizes and strides in pixels. Taps outside the image are skipped. */
export interface Window {
  readonly batch: number;
  readonly inputH: number;
  readonly inputW: number;
  readonly inputC: number;
  readonly outputH: number;
  readonly outputW: number;
  readonly outputC: number;
  readonly filterH: number;
  readonly filterW: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly dilationH: number;
  readonly dilationW: number;
  readonly padTop: number;
  readonly padLeft: number;
}

export interface ConvParams {
  readonly window: Window;
  /** CONV_2D: OHWI, I = inputC / groups. DEPTHWISE_CONV_2D: HWO. */
  readonly weights: Int8Array;
  /** 0 but for models that were uint8. */
  readonly weightsZeroPoint: number;
  /** One per output channel. */
  readonly bias: Int32Array;
  readonly inputZeroPoint: number;
  readonly output: Output;
}
export interface DenseParams {
  readonly batch: number;
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs, inputs] */
  readonly weights: Int8Array;
  readonly weightsZeroPoint: number;
  readonly bias: Int32Array;
  readonly inputZeroPoint: number;
  readonly output: Output;
}
export interface MatMulParams {
  /** left [batch, rows, depth] · right [batch, columns, depth] → [batch, rows, columns] */
  readonly batch: number;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  readonly leftZeroPoint: number;
  readonly rightZeroPoint: number;
  readonly output: Output;
}

export interface Operand {
  readonly zeroPoint: number;
  readonly multiplier: number;
  readonly shift: number;
}
export interface AddParams {
  readonly left: Operand;
  readonly right: Operand;
  /** 1 for ADD, −1 for SUB. */
  readonly sign: 1 | -1;
  /** Both operands are shifted left by this before they are scaled. */
  readonly leftShift: number;
  readonly output: Output;
}
/** y = clamp((((a − za) · ma + (b − zb) · mb + half) >> shift) + z), half = 2^(shift − 1); no sum reaches 2^31. */
export interface WeightedSumParams {
  readonly left: Pick<Operand, 'zeroPoint' | 'multiplier'>;
  readonly right: Pick<Operand, 'zeroPoint' | 'multiplier'>;
  readonly shift: number;
  readonly zeroPoint: number;
  readonly min: number;
  readonly max: number;
}
export interface MultiplyParams {
  readonly leftZeroPoint: number;
  readonly rightZeroPoint: number;
  readonly output: Output;
}

export interface PoolParams {
  readonly window: Window;
  /** Half a step is rounded up instead of away from zero, as in models that were uint8. Averages only. */
  readonly halvesUp: boolean;
  readonly min: number;
  readonly max: number;
}
export interface ReduceParams {
  /** For every input element the output element that it belongs to. */
  readonly target: Int32Array;
}
export interface SumParams extends ReduceParams {
  /** Zero point times the number of elements that fall together. */
  readonly offset: number;
  readonly output: Output;
}
export interface FloatSumParams extends ReduceParams {
  /** y = round(float32(Σ x · factor) + bias) + zeroPoint, in float32 */
  readonly factor: number;
  readonly bias: number;
  readonly zeroPoint: number;
  readonly halves: Halves;
}
export interface ProductParams extends ReduceParams {
  readonly inputZeroPoint: number;
  readonly outputZeroPoint: number;
  /** What every product, and the last one once more, is multiplied by. */
  readonly multiplier: number;
  readonly shift: number;
}
export interface ArgParams {
  /** input [outer, depth, inner] → output [outer, inner] */
  readonly outer: number;
  readonly depth: number;
  readonly inner: number;
  /** 1 for the position of the greatest value, −1 for the smallest. */
  readonly sign: 1 | -1;
}
export interface TopParams {
  /** input [rows, depth] → values and indices [rows, count] */
  readonly rows: number;
  readonly depth: number;
  readonly count: number;
}
export interface CastParams {
  /** Added to every element before, and subtracted after: where a type is stored shifted. */
  readonly inputOffset: number;
  readonly outputOffset: number;
  /** Floats outside of it become its ends; without it they wrap. */
  readonly range: readonly [min: number, max: number] | undefined;
  /** The output is 1 wherever the input is not 0. */
  readonly toBool: boolean;
}
export interface BlockParams {
  /** Elements of a block. */
  readonly size: number;
  /** Where each block begins, in elements. A buffer that an earlier step may fill: it is read at every run. */
  readonly positions: Int32Array;
}
export interface SoftmaxParams {
  readonly rows: number;
  readonly depth: number;
  /** Scales a difference of two inputs to Q5, beta included. */
  readonly multiplier: number;
  readonly shift: number;
  /** Smallest difference from the row's maximum that counts, ≤ 0. */
  readonly minDifference: number;
}
export interface LogSoftmaxParams extends SoftmaxParams {
  /** Scales a Q5 back to a difference of inputs. */
  readonly reverseMultiplier: number;
  readonly reverseShift: number;
}
export interface NormalizeParams {
  readonly rows: number;
  readonly depth: number;
  readonly zeroPoint: number;
  /** Bits that values are shifted left before they are scaled; of the seven that the output's scale of 1/128 takes. */
  readonly leftShift: number;
}
/** What halves are rounded to. */
export type Halves = 'away' | 'even';
export interface QuantizeParams {
  readonly scale: number;
  /** 'division': x / scale, halves away from zero. 'reciprocal': x · (1 / scale), both float32, halves to even (XNNPACK). */
  readonly by: 'division' | 'reciprocal';
  readonly zeroPoint: number;
  readonly min: number;
  readonly max: number;
}
export interface ResizeParams {
  readonly batch: number;
  readonly inputH: number;
  readonly inputW: number;
  readonly outputH: number;
  readonly outputW: number;
  readonly channels: number;
  /** Source position of output pixel i is (i · scale + offset) / 1024. */
  readonly scaleH: number;
  readonly scaleW: number;
  readonly offsetH: number;
  readonly offsetW: number;
}
export interface ElevenBitResizeParams {
  readonly batch: number;
  readonly inputH: number;
  readonly inputW: number;
  readonly outputH: number;
  readonly outputW: number;
  readonly channels: number;
  /** Source position of output pixel i is i · scale + offset in float32, clamped to the image. */
  readonly scaleH: number;
  readonly scaleW: number;
  readonly offsetH: number;
  readonly offsetW: number;
}
export interface FloatResizeParams {
  readonly batch: number;
  readonly inputH: number;
  readonly inputW: number;
  readonly outputH: number;
  readonly outputW: number;
  readonly channels: number;
  /** Source position of output pixel i is (i + shift) · scale − shift, in float32. */
  readonly scaleH: number;
  readonly scaleW: number;
  readonly shift: number;
  /** Added to stored values to have those that are blended. */
  readonly offset: number;
}
export interface JoinParams {
  /** Elements that each input contributes in turn, `count` times over. */
  readonly sizes: readonly number[];
  readonly count: number;
}

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

/** An op as it was prepared; activations are named by their buffers. */
export interface PreparedOp {
  /** What a kernel gave, itself, or a `CompositeStep` of several, where the op is no more than kernels. */
  readonly step: Step;
  readonly inputs: readonly Elements[];
  readonly outputs: readonly Elements[];
}
export interface PreparedPlan {
  readonly ops: readonly PreparedOp[];
  /** What is read after the last op. */
  readonly outputs: readonly Elements[];
}
export interface LinkedPlan {
  /** One per op. */
  readonly steps: readonly Step[];
  /** Makes a buffer current. Only right behind the op that computes it, or after the run for the plan's outputs. */
  read(buffer: Elements): void;
  /** Tells that a buffer was written from outside. */
  wrote(buffer: Elements): void;
  /**
   * Forgets a buffer that no step touches, because kernels hold its values themselves; `undefined` where steps need it. What is
   * given takes and gives the values in any buffer of equal length, `load` with the meaning of `read`.
   */
  release(buffer: Elements): Held | undefined;
  memory(): KernelMemory;
}
export interface Held {
  load(into: Elements): void;
  store(from: Elements): void;
}
/** Bytes of a memory of the kernels' own, and of the part of it where activations take turns. */
export interface KernelMemory {
  readonly bytes: number;
  readonly arena: number;
}

/** Elements are moved as they are, whatever they mean: the plan views them as integers of their size. */
export type MovableArray = Int8Array | Int16Array | Int32Array | BigInt64Array;
