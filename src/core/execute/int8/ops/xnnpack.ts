/**
 * What XNNPACK, LiteRT's default delegate, computes otherwise than LiteRT's own kernels. It takes an op only within the
 * limits below (tflite/delegates/xnnpack/xnnpack_delegate.cc); beyond them, LiteRT's own kernels run.
 */
import type { Activation } from '../../../model/options.ts';
import { roundHalfEven } from '../../../model/rounding.ts';
import type { AffineValue, Int8Value, OpContext } from '../context.ts';
import type { Output, WeightedSumParams } from '../kernel-params.ts';

const f = Math.fround;

/** A ratio of scales in float32, and the limits within which the delegate takes it. */
interface Ratio {
  readonly value: number;
  readonly from: number;
  readonly below: number;
}

function takes(context: OpContext, ratios: readonly Ratio[]): boolean {
  return (
    context.arithmetic === 'xnnpack' &&
    ratios.every(({ value, from, below }) => value >= from && value < below)
  );
}

interface Weighted {
  readonly input: AffineValue;
  /** Of the weights: one, or one per output channel. */
  readonly scales: Float32Array;
  readonly output: AffineValue;
}

/** s_in · s_w / s_out for each scale of the weights, from left to right in float32 (src/operators/convolution-nhwc.c). */
function factors({ input, scales, output }: Weighted): Float32Array {
  return scales.map((scale) => f(f(input.scale * scale) / output.scale));
}

/** The output stage of an op with weights; undefined where XNNPACK does not take it. */
export function float32Stage(
  context: OpContext,
  values: Weighted,
  activation: Activation = 'NONE',
): Output | undefined {
  const factor = factors(values);
  const ratios = Array.from(factor, (value): Ratio => ({ value, from: 2 ** -32, below: 2 ** 8 }));
  if (!takes(context, ratios)) return undefined;
  const { output } = values;
  const range = context.activationRange(output, activation, 'even');
  return { rescale: { kind: 'float32', factor }, zeroPoint: output.zeroPoint, ...range };
}

/** BATCH_MATMUL, which is taken only where the right operand's zero point is 0. */
export function float32MatMul(
  context: OpContext,
  { x, y, output }: { readonly x: AffineValue; readonly y: AffineValue; readonly output: AffineValue },
): Output | undefined {
  if (y.zeroPoint !== 0) return undefined;
  return float32Stage(context, { input: x, scales: Float32Array.of(y.scale), output });
}

interface Binary {
  readonly left: Int8Value;
  readonly right: Int8Value;
  readonly output: Int8Value;
}

/**
 * ADD and SUB: y = ((a − za) · ma ± (b − zb) · mb + half) >> shift, the multipliers ratios of scales with 20 bits below the
 * greater one's first (xnn_init_qs8_add_minmax_scalar_params of src/microparams-init.c). Undefined where not taken.
 */
export function elementwiseSum(
  context: OpContext,
  { left, right, output }: Binary,
  { sign, activation }: { readonly sign: 1 | -1; readonly activation: Activation },
): WeightedSumParams | undefined {
  const ratios = [f(left.scale / output.scale), f(right.scale / output.scale)] as const;
  if (
    !takes(
      context,
      ratios.map((value) => ({ value, from: 2 ** -10, below: 2 ** 8 })),
    )
  )
    return undefined;
  const shift = 20 - Math.floor(Math.log2(Math.max(...ratios)));
  const [ma, mb] = ratios.map((ratio) => roundHalfEven(ratio * 2 ** shift)) as [number, number];
  return {
    left: { zeroPoint: left.zeroPoint, multiplier: ma },
    right: { zeroPoint: right.zeroPoint, multiplier: sign * mb },
    shift,
    zeroPoint: output.zeroPoint,
    ...context.activationRange(output, activation, 'even'),
  };
}

/** MUL: s_a · s_b / s_out in float32 (src/operators/binary-elementwise-nd.c); undefined where not taken. */
export function float32Product(
  context: OpContext,
  { left, right, output }: Binary,
  activation: Activation,
): Output | undefined {
  const value = f(f(left.scale * right.scale) / output.scale);
  if (!takes(context, [{ value, from: 2 ** -16, below: 2 ** 8 }])) return undefined;
  return {
    rescale: { kind: 'float32', factor: Float32Array.of(value) },
    zeroPoint: output.zeroPoint,
    ...context.activationRange(output, activation, 'even'),
  };
}

interface Ends {
  readonly input: AffineValue;
  readonly output: AffineValue;
}

/**
 * Another scale by multipliers with 8 bits behind the point, halves up (src/qs8-vcvt, src/qs8-vlrelu); values below the zero
 * point have a slope of their own. Undefined where not taken.
 */
export function eightBitRescale(
  context: OpContext,
  { input, output }: Ends,
  slope = 1,
): ((value: number) => number) | undefined {
  const positive = f(input.scale / output.scale);
  const negative = f(positive * slope);
  const limits = { from: 2 ** -8, below: 2 ** 7 + 1e-5 };
  const ratios = [positive, Math.abs(negative)].map((value) => ({ value, ...limits }));
  if (!takes(context, ratios)) return undefined;
  const [up, down] = [roundHalfEven(256 * positive), roundHalfEven(256 * negative)];
  return (value) => {
    const difference = value - input.zeroPoint;
    return Math.floor((difference * (difference < 0 ? down : up) + 128) / 256) + output.zeroPoint;
  };
}

/** A function of real numbers in float32: the zero point is added before rounding, half to even (src/reference). */
export function tableEntry({ input, output }: Ends, real: (x: number) => number): (value: number) => number {
  const inverse = f(1 / output.scale);
  return (value) => {
    const result = f(real(f((value - input.zeroPoint) * input.scale)));
    return roundHalfEven(f(f(result * inverse) + output.zeroPoint));
  };
}
