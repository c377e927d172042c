/** Sums of any number of int8 values: ADD_N and CUMSUM, which only TensorFlow Lite Micro has for int8. */
import { clamp } from '../../../model/rounding.ts';
import type { KnownKind, Shape } from '../../../model/types.ts';
import { multiplyByFixedPoint } from '../../fixed-point.ts';
import type { Int8Value, OpContext } from '../context.ts';
import type { Planner } from './planner.ts';
import { resolveAxis } from './reduce.ts';

const LEFT_SHIFT = 20;

interface Sums {
  /** What a sum starts with. */
  readonly start: number;
  /** What a stored value adds to a sum; the caller wraps sums to int32. */
  readonly term: (value: number) => number;
  /** The stored output of a sum. */
  readonly store: (sum: number) => number;
}

/**
 * tflite/kernels/internal/reference/{add_n,cumsum}.h: terms in half of the input's scale, in 20 more bits. A sum starts with what
 * the stored value 0 stands for, not with zero, so with a zero point z each result is z input steps too small. Devices
 * compute so.
 */
function sumsOf(context: OpContext, input: Int8Value, output: Int8Value): Sums {
  const common = 2 * input.scale;
  const factor = common / (2 ** LEFT_SHIFT * output.scale);
  // TensorFlow Lite Micro aborts here.
  if (factor >= 1) throw context.invalid('the output scale is too small for its inputs');
  const [into, out] = [context.fixedPoint(input.scale / common), context.fixedPoint(factor)];
  const term = (value: number): number =>
    multiplyByFixedPoint((value - input.zeroPoint) << LEFT_SHIFT, into.multiplier, into.shift);
  const store = (sum: number): number =>
    clamp(multiplyByFixedPoint(sum, out.multiplier, out.shift) + output.zeroPoint, output.min, output.max);
  return { start: term(0), term, store };
}

const planAddN: Planner<'ADD_N'> = (op, context) => {
  const output = context.int8Output();
  const first = context.int8Input(0);
  const inputs = op.inputs.map((_, k) => context.int8Input(k));
  for (const input of inputs) {
    context.expectShape(output, input.shape);
    context.expectSameQuant(first, input);
  }
  const { start, term, store } = sumsOf(context, first, output);
  return () => {
    for (let i = 0; i < output.data.length; i++) {
      let sum = start;
      for (const { data } of inputs) sum = (sum + term(data[i] as number)) | 0;
      output.data[i] = store(sum);
    }
  };
};

/**
 * The elements of a tensor in the order in which CUMSUM adds them, lane by lane.
 * @returns calls `visit` for each element with its position, and whether a new sum begins there
 */
export function alongLanes(
  shape: Shape,
  { axis, reverse }: { readonly axis: number; readonly reverse: boolean },
): (visit: (at: number, begins: boolean) => void) => void {
  const product = (sizes: Shape): number => sizes.reduce((all, size) => all * size, 1);
  const [depth, inner] = [shape[axis] as number, product(shape.slice(axis + 1))];
  const lanes = depth === 0 ? 0 : product(shape) / depth;
  return (visit) => {
    for (let lane = 0; lane < lanes; lane++) {
      const start = Math.floor(lane / inner) * depth * inner + (lane % inner);
      for (let d = 0; d < depth; d++) visit(start + (reverse ? depth - 1 - d : d) * inner, d === 0);
    }
  };
}

const planCumsum: Planner<'CUMSUM'> = (op, context) => {
  const [input, output] = [context.int8Input(0), context.int8Output()];
  context.expectShape(output, input.shape);
  const { exclusive, reverse } = op.options;
  const axis = resolveAxis(context, context.integers(1)[0] ?? 0, input.shape.length);
  const eachElement = alongLanes(input.shape, { axis, reverse });
  const { start, term, store } = sumsOf(context, input, output);
  return () => {
    let sum = start;
    eachElement((at, begins) => {
      const before = begins ? start : sum;
      sum = (before + term(input.data[at] as number)) | 0;
      output.data[at] = store(exclusive ? before : sum);
    });
  };
};

/** The stored value 0, whatever it stands for (tflite/micro/kernels/zeros_like.cc). */
const planZerosLike: Planner<'ZEROS_LIKE'> = (_, context) => {
  const output = context.int8Output();
  context.expectShape(output, context.int8Input(0).shape);
  return () => void output.data.fill(0);
};

export const runningSumPlanners = {
  ADD_N: planAddN,
  CUMSUM: planCumsum,
  ZEROS_LIKE: planZerosLike,
} satisfies { readonly [K in KnownKind]?: Planner<K> };
