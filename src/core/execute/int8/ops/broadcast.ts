import { elementCount } from '../../../model/data.ts';
import type { Shape } from '../../../model/types.ts';
import type { Int8Value, OpContext, Value } from '../context.ts';
import type { Operands, Step } from '../kernels.ts';
import { broadcastPositions, broadcastShape } from '../positions.ts';

interface Stretched {
  readonly operands: Operands<Int8Array>;
  /** What has to run before the operands are whole. */
  readonly steps: readonly Step[];
}

function stretch(
  context: OpContext,
  value: Int8Value,
  shape: Shape,
): { readonly data: Int8Array; readonly steps: readonly Step[] } {
  if (elementCount(value.shape) === elementCount(shape)) return { data: value.data, steps: [] };
  const source = broadcastPositions(value.shape, shape);
  const data = new Int8Array(source.length);
  const step = context.kernels.move({ source, fill: 0 }, value.data, data);
  if (!value.constant) return { data, steps: [step] };
  step();
  return { data, steps: [] };
}

/** Both operands in the shape of the output, so that kernels only know operands of equal shape. */
export function stretched(
  context: OpContext,
  [left, right]: readonly [Int8Value, Int8Value],
  output: Value,
): Stretched {
  const shape = broadcastShape(left.shape, right.shape);
  if (shape === undefined)
    throw context.invalid(`its inputs' shapes [${left.shape}] and [${right.shape}] do not fit`);
  context.expectShape(output, shape);
  const l = stretch(context, left, shape);
  const r = stretch(context, right, shape);
  return { operands: [l.data, r.data], steps: [...l.steps, ...r.steps] };
}
