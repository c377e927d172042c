import { allocate, elementCount } from '../../../model/data.ts';
import type { Elements, Shape } from '../../../model/types.ts';
import type { OpContext, Value } from '../context.ts';
import type { Operands, Step } from '../kernels.ts';
import { broadcastPositions, broadcastShape } from '../positions.ts';
import { movable } from './moves.ts';

/** A value held in one kind of array. */
export type Held<T extends Elements> = Value & { readonly data: T };

interface Stretched<T> {
  readonly operands: Operands<T>;
  /** What has to run before the operands are whole. */
  readonly steps: readonly Step[];
}

/** `value` in a broadcast of its shape, and the step that makes it so in every run. */
export function stretch<T extends Elements>(
  context: OpContext,
  value: Held<T>,
  shape: Shape,
): { readonly data: T; readonly steps: readonly Step[] } {
  if (elementCount(value.shape) === elementCount(shape)) return { data: value.data, steps: [] };
  const source = broadcastPositions(value.shape, shape);
  const data = allocate(value.dtype, source.length) as T;
  const step = context.kernels.move({ source, fill: 0 }, movable(value.data), movable(data));
  if (!value.constant) return { data, steps: [step] };
  step();
  return { data, steps: [] };
}

/** Both operands in the shape of the output, so that kernels only know operands of equal shape. */
export function stretched<T extends Elements>(
  context: OpContext,
  [left, right]: readonly [Held<T>, Held<T>],
  output: Value,
): Stretched<T> {
  const shape = broadcastShape(left.shape, right.shape);
  if (shape === undefined)
    throw context.invalid(`its inputs' shapes [${left.shape}] and [${right.shape}] do not fit`);
  context.expectShape(output, shape);
  const l = stretch(context, left, shape);
  const r = stretch(context, right, shape);
  return { operands: [l.data, r.data], steps: [...l.steps, ...r.steps] };
}
