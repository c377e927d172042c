import { elementCount } from '../../../model/data.ts';
import { roundHalfAway } from '../../../model/rounding.ts';
import type { Shape } from '../../../model/types.ts';
import type { OpContext, Value } from '../context.ts';
import type { MovableArray, Step } from '../kernels.ts';
import { UNSIGNED_OFFSET } from '../unsigned.ts';
import { tableOf } from './convert.ts';
import { expectSameKind, movable } from './moves.ts';
import { inTurn, type Planner } from './planner.ts';
import { resolveAxis } from './reduce.ts';

interface Operand {
  readonly data: MovableArray;
  readonly steps: readonly Step[];
}

/**
 * An input as it is; or, as uint8 models may have it, in the output's scale
 * (reference/concatenation.h, ConcatenationWithScaling, in float32).
 */
function operand(context: OpContext, value: Value, output: Value): Operand {
  if (!value.unsigned || !output.unsigned) {
    expectSameKind(context, value, output);
    return { data: movable(value.data), steps: [] };
  }
  const [from, to] = [context.int8(value), context.int8(output)];
  if (from.scale === to.scale && from.zeroPoint === to.zeroPoint) return { data: from.data, steps: [] };
  const scale = Math.fround(from.scale * Math.fround(1 / to.scale));
  const bias = Math.fround(-(from.zeroPoint + UNSIGNED_OFFSET) * scale);
  const table = tableOf(from, to, (stored) => {
    const real = Math.fround(Math.fround((stored + UNSIGNED_OFFSET) * scale) + bias);
    return roundHalfAway(real) + to.zeroPoint;
  });
  const data = new Int8Array(from.data.length);
  return { data, steps: [context.kernels.lookup(table, from.data, data)] };
}

/** Inputs whose elements from `axis` inwards follow each other in turn. */
function planJoin(context: OpContext, inputs: number, axis: number): Step {
  const output = context.output();
  const values = Array.from({ length: inputs }, (_, k) => context.input(k));
  const operands = values.map((value) => operand(context, value, output));
  const count = elementCount(output.shape.slice(0, axis));
  const sizes = values.map((value) => elementCount(value.shape) / count);
  context.expectCount(output, count * sizes.reduce((sum, size) => sum + size, 0));
  const step = context.kernels.join(
    { sizes, count },
    operands.map(({ data }) => data),
    movable(output.data),
  );
  return inTurn([...operands.flatMap(({ steps }) => steps), step]);
}

export const planConcatenation: Planner<'CONCATENATION'> = (op, context) => {
  if (op.options.activation !== 'NONE') throw context.unsupported(`with a fused ${op.options.activation}`);
  const shapes = op.inputs.map((_, k) => context.input(k).shape);
  const first: Shape = shapes[0] ?? [];
  const axis = resolveAxis(context, op.options.axis, first.length);
  const total = shapes.reduce((sum, shape) => sum + (shape[axis] ?? Number.NaN), 0);
  const made = first.map((count, d) => (d === axis ? total : count));
  const fits = shapes.every(
    (shape) => shape.length === first.length && shape.every((count, d) => d === axis || count === first[d]),
  );
  if (!fits)
    throw context.invalid(`inputs of shapes ${shapes.map((shape) => `[${shape}]`).join(', ')} do not fit`);
  context.expectShape(context.output(), made);
  return planJoin(context, op.inputs.length, axis);
};

export const planPack: Planner<'PACK'> = (op, context) => {
  const first = context.input(0).shape;
  const axis = resolveAxis(context, op.options.axis, first.length + 1);
  for (const k of op.inputs.keys()) context.expectShape(context.input(k), first);
  context.expectShape(context.output(), [...first.slice(0, axis), op.inputs.length, ...first.slice(axis)]);
  return planJoin(context, op.inputs.length, axis);
};
