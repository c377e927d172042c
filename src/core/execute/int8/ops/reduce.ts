import { elementCount } from '../../../model/data.ts';
import type { Shape } from '../../../model/types.ts';
import type { FixedPoint } from '../../fixed-point.ts';
import type { AffineValue, OpContext, Value } from '../context.ts';
import type { FloatSumParams, Output, ProductParams, SumParams } from '../kernel-params.ts';
import { offsets, strides, sumOfOffsets } from '../positions.ts';
import type { Planner } from './planner.ts';

export interface Reduction {
  /** For every input element the output element that it belongs to. */
  readonly target: Int32Array;
  /** Elements that fall together. */
  readonly count: number;
}

/** `axis` counted from the front; negative ones count from the end. */
export function resolveAxis(context: OpContext, axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (!(resolved >= 0 && resolved < rank))
    throw context.invalid(`axis ${axis} does not exist in ${rank} dimensions`);
  return resolved;
}

/** Which elements of `input` fall together in `output`; the axes are input 1. */
export function reduction(
  context: OpContext,
  keepDims: boolean,
  { input, output }: { input: Value; output: Value },
): Reduction {
  const rank = input.shape.length;
  const axes = new Set(context.integers(1).map((axis) => resolveAxis(context, axis, rank)));
  const kept: Shape = input.shape.map((count, d) => (axes.has(d) ? 1 : count));
  context.expectShape(output, keepDims ? kept : kept.filter((_, d) => !axes.has(d)));
  const step = strides(kept);
  const target = sumOfOffsets(
    input.shape.map((size, d) => offsets(size, (i) => (axes.has(d) ? 0 : i * (step[d] as number)))),
  );
  const count = elementCount(input.shape) / elementCount(kept);
  if (!(count >= 1)) throw context.invalid('it has nothing to reduce');
  return { target, count };
}

/** The division by `count` folded into the multiplier (reference/reduce.h, QuantizedMeanOrSum). */
function divided({ multiplier, shift }: FixedPoint, count: number): FixedPoint {
  const headroom = Math.min(31 - Math.clz32(count), 32, 31 + shift);
  // 62 bits, but only once per op.
  return {
    multiplier: Number((BigInt(multiplier) << BigInt(headroom)) / BigInt(count)),
    shift: shift - headroom,
  };
}

interface Ends {
  readonly input: AffineValue;
  readonly output: AffineValue;
}

/** A sum without its zero points, times `scale`. */
export function sumParams(
  { input, output }: Ends,
  { target, count }: Reduction,
  scale: FixedPoint,
): SumParams {
  const rescale = {
    kind: 'fixed',
    multiplier: Int32Array.of(scale.multiplier),
    shift: Int32Array.of(scale.shift),
  } as const;
  const stage: Output = { rescale, zeroPoint: output.zeroPoint, min: output.min, max: output.max };
  return { target, offset: input.zeroPoint * count, output: stage };
}

export function meanParams(context: OpContext, ends: Ends, reduction: Reduction): SumParams {
  const scale = context.fixedPoint(ends.input.scale / ends.output.scale);
  return sumParams(ends, reduction, divided(scale, reduction.count));
}

function ends(context: OpContext) {
  return { input: context.int8Input(0), output: context.int8Output() };
}

/** MEAN and SUM of XNNPACK: the zero points go into the bias (src/operators/reduce-nd.c). */
function delegatedSum(
  { input, output }: Ends,
  { target, count }: Reduction,
  divisor: number,
): FloatSumParams {
  const factor = Math.fround(Math.fround(input.scale / output.scale) / divisor);
  const bias = Math.fround(output.zeroPoint - Math.fround(Math.fround(count * input.zeroPoint) * factor));
  return { target, factor, bias, zeroPoint: 0, halves: 'even' };
}

export const planMean: Planner<'MEAN'> = (op, context) => {
  const { input, output } = ends(context);
  const together = reduction(context, op.options.keepDims, { input, output });
  if (context.arithmetic === 'xnnpack') {
    const params = delegatedSum({ input, output }, together, together.count);
    return context.kernels.sumInFloat(params, input.data, output.data);
  }
  return context.kernels.sum(meanParams(context, { input, output }, together), input.data, output.data);
};

/**
 * LiteRT's SUM is its optimized kernel's, in float32: its reference kernel reads int8 as uint8 here, an error that
 * nobody wants reproduced.
 */
export const planSum: Planner<'SUM'> = (op, context) => {
  const { input, output } = ends(context);
  const together = reduction(context, op.options.keepDims, { input, output });
  if (context.arithmetic === 'tflm') {
    const scale = context.fixedPoint(input.scale / output.scale);
    return context.kernels.sum(sumParams({ input, output }, together, scale), input.data, output.data);
  }
  if (context.arithmetic === 'xnnpack') {
    const params = delegatedSum({ input, output }, together, 1);
    return context.kernels.sumInFloat(params, input.data, output.data);
  }
  const factor = Math.fround(input.scale / output.scale);
  const bias = Math.fround(Math.fround(-input.zeroPoint * factor) * together.count);
  return context.kernels.sumInFloat(
    { target: together.target, factor, bias, zeroPoint: output.zeroPoint, halves: 'away' },
    input.data,
    output.data,
  );
};

export const planReduceMax: Planner<'REDUCE_MAX'> = (op, context) => {
  const { input, output } = ends(context);
  const { target } = reduction(context, op.options.keepDims, { input, output });
  context.expectSameQuant(input, output);
  return context.kernels.reduceMax({ target }, input.data, output.data);
};

export const planReduceMin: Planner<'REDUCE_MIN'> = (op, context) => {
  const { input, output } = ends(context);
  const { target } = reduction(context, op.options.keepDims, { input, output });
  context.expectSameQuant(input, output);
  return context.kernels.reduceMin({ target }, input.data, output.data);
};

/** Each product is rescaled at once, so n elements share the scale s_in / s_out^(1/n) (tflite/kernels/reduce.cc, GetQuantProdScaling). */
export function productParams(
  context: OpContext,
  { input, output }: Ends,
  { target, count }: Reduction,
): ProductParams {
  const scale = context.fixedPoint(input.scale / output.scale ** (1 / count));
  return { target, inputZeroPoint: input.zeroPoint, outputZeroPoint: output.zeroPoint, ...scale };
}

export const planReduceProd: Planner<'REDUCE_PROD'> = (op, context) => {
  const { input, output } = ends(context);
  const together = reduction(context, op.options.keepDims, { input, output });
  return context.kernels.product(
    productParams(context, { input, output }, together),
    input.data,
    output.data,
  );
};
