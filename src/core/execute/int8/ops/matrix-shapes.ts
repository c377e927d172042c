/** What the shapes of FULLY_CONNECTED and BATCH_MATMUL must be, whatever their types. */
import { allocate, elementCount } from '../../../model/data.ts';
import type { BatchMatMulOptions, DenseOptions } from '../../../model/options.ts';
import type { Elements, Shape } from '../../../model/types.ts';
import { type OpContext, size, type Value } from '../context.ts';
import type { DenseParams, MatMulParams } from '../kernel-params.ts';
import type { Step } from '../kernels.ts';
import { broadcastPositions, broadcastShape, compose, offsets, strides, sumOfOffsets } from '../positions.ts';
import type { Held } from './broadcast.ts';
import { movable } from './moves.ts';

interface DenseShapes {
  readonly input: Value;
  /** [outputs, inputs] */
  readonly weights: { readonly shape: Shape };
  readonly output: Value;
}

export function denseSizes(
  context: OpContext,
  { keepNumDims }: DenseOptions,
  { input, weights, output }: DenseShapes,
): Pick<DenseParams, 'batch' | 'inputs' | 'outputs'> {
  const [outputs, inputs] = [size(weights.shape, 0), size(weights.shape, 1)];
  const batch = elementCount(input.shape) / inputs;
  const rows = !keepNumDims || input.shape[input.shape.length - 1] === inputs;
  if (!Number.isInteger(batch) || !rows)
    throw context.invalid(`input of shape [${input.shape}] is no multiple of ${inputs} weights`);
  const leading = keepNumDims ? input.shape.slice(0, -1) : [batch];
  context.expectShape(output, [...leading, outputs]);
  return { batch, inputs, outputs };
}

function swapLast(shape: Shape): Shape {
  return [...shape.slice(0, -2), size(shape, shape.length - 1), size(shape, shape.length - 2)];
}

/** `value` with its last two dimensions swapped where asked, and its batch dimensions stretched to `batch`. */
function arranged<T extends Elements>(
  context: OpContext,
  value: Held<T>,
  { swap, batch }: { swap: boolean; batch: Shape },
): { readonly data: T; readonly steps: readonly Step[] } {
  const shape = swap ? swapLast(value.shape) : value.shape;
  const target = [...batch, ...shape.slice(-2)];
  if (!swap && elementCount(target) === elementCount(shape)) return { data: value.data, steps: [] };
  const own = strides(value.shape);
  const steps = swap ? swapLast(own) : own;
  const transposed = sumOfOffsets(shape.map((count, d) => offsets(count, (i) => i * size(steps, d))));
  const source = compose(broadcastPositions(shape, target), transposed);
  const data = allocate(value.dtype, source.length) as T;
  return {
    data,
    steps: [context.kernels.move({ source, fill: 0 }, movable(value.data), movable(data))],
  };
}

interface MatMulValues<X extends Elements, Y extends Elements> {
  readonly x: Held<X>;
  readonly y: Held<Y>;
  readonly output: Value;
}

interface MatMul<X extends Elements, Y extends Elements> {
  readonly sizes: Pick<MatMulParams, 'batch' | 'rows' | 'depth' | 'columns'>;
  /** left [batch, rows, depth], right [batch, columns, depth] */
  readonly operands: readonly [left: X, right: Y];
  /** What has to run before the operands are whole. */
  readonly steps: readonly Step[];
}

/** The operands of BATCH_MATMUL with batches stretched to each other and the right one transposed. */
export function matMulOperands<X extends Elements, Y extends Elements>(
  context: OpContext,
  { adjX, adjY }: BatchMatMulOptions,
  { x, y, output }: MatMulValues<X, Y>,
): MatMul<X, Y> {
  const batch = broadcastShape(x.shape.slice(0, -2), y.shape.slice(0, -2));
  if (batch === undefined || x.shape.length < 2 || y.shape.length < 2)
    throw context.invalid('its inputs do not fit');
  const [left, right] = [adjX ? swapLast(x.shape) : x.shape, adjY ? y.shape : swapLast(y.shape)];
  const [rows, depth] = left.slice(-2) as [number, number];
  const columns = size(right, right.length - 2);
  if (depth !== right[right.length - 1])
    throw context.invalid(`its inputs' shapes [${x.shape}] and [${y.shape}] do not fit`);
  context.expectShape(output, [...batch, rows, columns]);
  const l = arranged(context, x, { swap: adjX, batch });
  const r = arranged(context, y, { swap: !adjY, batch });
  return {
    sizes: { batch: elementCount(batch), rows, depth, columns },
    operands: [l.data, r.data],
    steps: [...l.steps, ...r.steps],
  };
}
