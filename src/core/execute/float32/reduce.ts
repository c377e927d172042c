/** Reductions in float32, in the order of the input's elements (tflite/kernels/internal/reference/reduce.h). */
import type { KnownKind } from '../../model/types.ts';
import type { OpContext } from '../int8/context.ts';
import type { Step } from '../int8/kernels.ts';
import type { Planner } from '../int8/ops/planner.ts';
import { argOf, topOf } from '../int8/ops/rank.ts';
import { reduction, resolveAxis } from '../int8/ops/reduce.ts';
import { alongLanes } from '../int8/ops/running-sums.ts';
import { argExtreme, topK } from '../int8/reference/rank.ts';
import { floatInput, floatOutput } from './values.ts';

interface Fold {
  readonly start: number;
  readonly add: (sum: number, value: number) => number;
}

const sum: Fold = { start: 0, add: (a, b) => a + b };

/** Storing rounds every partial result. `count` elements fall together. */
function planFold(
  context: OpContext,
  keepDims: boolean,
  { start, add, finish }: Fold & { readonly finish?: (value: number, count: number) => number },
): Step {
  const [input, output] = [floatInput(context, 0), floatOutput(context)];
  const { target, count } = reduction(context, keepDims, { input, output });
  const { data } = output;
  return () => {
    data.fill(start);
    for (let i = 0; i < target.length; i++) {
      const o = target[i] as number;
      data[o] = add(data[o] as number, input.data[i] as number);
    }
    if (finish !== undefined)
      for (let o = 0; o < data.length; o++) data[o] = finish(data[o] as number, count);
  };
}

function planArg(context: OpContext, sign: 1 | -1): Step {
  const input = floatInput(context, 0);
  const { params, positions } = argOf(context, input, sign);
  return argExtreme(params, input.data, positions);
}

const planTopK: Planner<'TOPK_V2'> = (_, context) => {
  const [input, values] = [floatInput(context, 0), floatOutput(context, 0)];
  const { params, indices } = topOf(context, input, values);
  return topK(params, input.data, { values: values.data, indices });
};

/** Running sums along one axis; `exclusive` ones leave out their own element (reference/cumsum.h). */
const planCumsum: Planner<'CUMSUM'> = (op, context) => {
  const [{ data, shape }, output] = [floatInput(context, 0), floatOutput(context)];
  context.expectShape(output, shape);
  const { exclusive, reverse } = op.options;
  const axis = resolveAxis(context, context.integers(1)[0] ?? 0, shape.length);
  const eachElement = alongLanes(shape, { axis, reverse });
  return () => {
    let total = 0;
    eachElement((at, begins) => {
      const before = begins ? 0 : total;
      total = Math.fround(before + (data[at] as number));
      output.data[at] = exclusive ? before : total;
    });
  };
};

export const reducePlanners = {
  SUM: (op, context) => planFold(context, op.options.keepDims, sum),
  MEAN: (op, context) =>
    planFold(context, op.options.keepDims, { ...sum, finish: (value, count) => value / count }),
  REDUCE_MAX: (op, context) =>
    planFold(context, op.options.keepDims, { start: Number.NEGATIVE_INFINITY, add: Math.max }),
  REDUCE_MIN: (op, context) =>
    planFold(context, op.options.keepDims, { start: Number.POSITIVE_INFINITY, add: Math.min }),
  REDUCE_PROD: (op, context) => planFold(context, op.options.keepDims, { start: 1, add: (a, b) => a * b }),
  ARG_MAX: (_, context) => planArg(context, 1),
  ARG_MIN: (_, context) => planArg(context, -1),
  TOPK_V2: planTopK,
  CUMSUM: planCumsum,
} satisfies { readonly [K in KnownKind]?: Planner<K> };
