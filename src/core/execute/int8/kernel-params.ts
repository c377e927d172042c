/** What the kernels of kernels.ts are told. Images are NHWC, C order; zero points, clamps and shifts are int32. */

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
