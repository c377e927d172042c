/** AVERAGE_POOL_2D and MAX_POOL_2D in float32 (tflite/kernels/internal/reference/pooling.h). */
import { clamp } from '../../model/rounding.ts';
import type { KnownKind } from '../../model/types.ts';
import type { OpContext } from '../int8/context.ts';
import type { Window } from '../int8/kernel-params.ts';
import type { Step } from '../int8/kernels.ts';
import type { Planner } from '../int8/ops/planner.ts';
import { poolWindow } from '../int8/ops/pool.ts';
import { tapsInside } from './conv2d.ts';
import { activationRange, floatInput, floatOutput, type Range } from './values.ts';

interface Pool {
  readonly window: Window;
  readonly range: Range;
  /** What the taps of a pixel start from, how one is added, and what becomes of `count` of them. */
  readonly start: number;
  readonly add: (sum: number, value: number) => number;
  readonly finish: (sum: number, count: number) => number;
}

interface Place {
  readonly image: number;
  readonly top: number;
  readonly left: number;
  readonly at: number;
}

/** Pools all channels of one output pixel. */
function poolPixel(
  pool: Pool,
  input: Float32Array,
  output: Float32Array,
  { image, top, left, at }: Place,
): void {
  const { window: w, range, start, add, finish } = pool;
  const rows = tapsInside(top, { input: w.inputH, filter: w.filterH, dilation: 1 });
  const columns = tapsInside(left, { input: w.inputW, filter: w.filterW, dilation: 1 });
  const count = (rows.end - rows.first) * (columns.end - columns.first);
  for (let c = 0; c < w.inputC; c++) {
    let sum = start;
    for (let ky = rows.first; ky < rows.end; ky++) {
      const row = (image * w.inputH + top + ky) * w.inputW + left;
      for (let kx = columns.first; kx < columns.end; kx++)
        sum = add(sum, input[(row + kx) * w.inputC + c] as number);
    }
    output[at + c] = clamp(finish(sum, count), range.min, range.max);
  }
}

function slide(pool: Pool, input: Float32Array, output: Float32Array): Step {
  const { window: w } = pool;
  return () => {
    let at = 0;
    for (let image = 0; image < w.batch; image++) {
      for (let y = 0; y < w.outputH; y++) {
        for (let x = 0; x < w.outputW; x++, at += w.outputC)
          poolPixel(pool, input, output, {
            image,
            top: y * w.strideH - w.padTop,
            left: x * w.strideW - w.padLeft,
            at,
          });
      }
    }
  };
}

type Reduction = Pick<Pool, 'start' | 'add' | 'finish'>;

const average: Reduction = {
  start: 0,
  add: (sum, value) => Math.fround(sum + value),
  finish: (sum, count) => sum / count,
};
const greatest: Reduction = { start: Number.NEGATIVE_INFINITY, add: Math.max, finish: (sum) => sum };

function planPool(
  op: Parameters<Planner<'MAX_POOL_2D'>>[0] | Parameters<Planner<'AVERAGE_POOL_2D'>>[0],
  context: OpContext,
  reduction: Reduction,
): Step {
  const [input, output] = [floatInput(context, 0), floatOutput(context)];
  const window = poolWindow(context, op.options, { input, output });
  const range = activationRange(context, op.options.activation);
  return slide({ window, range, ...reduction }, input.data, output.data);
}

export const poolPlanners = {
  AVERAGE_POOL_2D: (op, context) => planPool(op, context, average),
  MAX_POOL_2D: (op, context) => planPool(op, context, greatest),
} satisfies { readonly [K in KnownKind]?: Planner<K> };
