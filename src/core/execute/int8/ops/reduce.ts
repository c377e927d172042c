import { elementCount } from '../../../model/data.ts';
import type { Shape } from '../../../model/types.ts';
import type { FixedPoint } from '../../fixed-point.ts';
import type { Int8Value, OpContext } from '../context.ts';
import type { Output, Step } from '../kernels.ts';
import { offsets, strides, sumOfOffsets } from '../positions.ts';
import type { Planner } from './planner.ts';

interface Reduction {
  readonly input: Int8Value;
  readonly output: Int8Value;
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

function reduction(context: OpContext, keepDims: boolean): Reduction {
  const [input, output] = [context.int8Input(0), context.int8Output()];
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
  return { input, output, target, count };
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

function planTotal(context: OpContext, { input, output, target, count }: Reduction, scale: FixedPoint): Step {
  const rescale = {
    kind: 'fixed',
    multiplier: Int32Array.of(scale.multiplier),
    shift: Int32Array.of(scale.shift),
  } as const;
  const stage: Output = { rescale, zeroPoint: output.zeroPoint, min: output.min, max: output.max };
  return context.kernels.sum(
    { target, offset: input.zeroPoint * count, output: stage },
    input.data,
    output.data,
  );
}

export const planMean: Planner<'MEAN'> = (op, context) => {
  const values = reduction(context, op.options.keepDims);
  return planTotal(
    context,
    values,
    divided(context.fixedPoint(values.input.scale / values.output.scale), values.count),
  );
};

/**
 * LiteRT's SUM is its optimized kernel's, in float32: its reference kernel reads int8 as uint8 here, an error that
 * nobody wants reproduced.
 */
export const planSum: Planner<'SUM'> = (op, context) => {
  const values = reduction(context, op.options.keepDims);
  const { input, output, target, count } = values;
  if (context.arithmetic === 'tflm')
    return planTotal(context, values, context.fixedPoint(input.scale / output.scale));
  const factor = Math.fround(input.scale / output.scale);
  const bias = Math.fround(Math.fround(-input.zeroPoint * factor) * count);
  return context.kernels.sumInFloat(
    { target, factor, bias, zeroPoint: output.zeroPoint },
    input.data,
    output.data,
  );
};

export const planReduceMax: Planner<'REDUCE_MAX'> = (op, context) => {
  const { input, output, target } = reduction(context, op.options.keepDims);
  context.expectSameQuant(input, output);
  return context.kernels.reduceMax({ target }, input.data, output.data);
};

export const planReduceMin: Planner<'REDUCE_MIN'> = (op, context) => {
  const { input, output, target } = reduction(context, op.options.keepDims);
  context.expectSameQuant(input, output);
  return context.kernels.reduceMin({ target }, input.data, output.data);
};

/** Each product is rescaled at once, so n elements share the scale s_in / s_out^(1/n) (tflite/kernels/reduce.cc, GetQuantProdScaling). */
export const planReduceProd: Planner<'REDUCE_PROD'> = (op, context) => {
  const { input, output, target, count } = reduction(context, op.options.keepDims);
  const scale = context.fixedPoint(input.scale / output.scale ** (1 / count));
  const zeroPoints = { inputZeroPoint: input.zeroPoint, outputZeroPoint: output.zeroPoint };
  return context.kernels.product({ target, ...zeroPoints, ...scale }, input.data, output.data);
};
