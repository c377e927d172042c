import { elementCount } from '../../../model/data.ts';
import type { Shape } from '../../../model/types.ts';
import type { OpContext } from '../context.ts';
import type { Step } from '../kernels.ts';
import { expectSameKind, movable } from './moves.ts';
import type { Planner } from './planner.ts';
import { resolveAxis } from './reduce.ts';

/** Inputs whose elements from `axis` inwards follow each other in turn. */
function planJoin(context: OpContext, inputs: number, axis: number): Step {
  const output = context.output();
  const values = Array.from({ length: inputs }, (_, k) => context.input(k));
  for (const value of values) expectSameKind(context, value, output);
  const count = elementCount(output.shape.slice(0, axis));
  const sizes = values.map((value) => elementCount(value.shape) / count);
  context.expectCount(output, count * sizes.reduce((sum, size) => sum + size, 0));
  return context.kernels.join(
    { sizes, count },
    values.map((value) => movable(value.data)),
    movable(output.data),
  );
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
