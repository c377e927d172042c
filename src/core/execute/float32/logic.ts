/** Ops of truth values, and of any number of operands. */
import type { KnownKind } from '../../model/types.ts';
import type { OpContext, Value } from '../int8/context.ts';
import type { Step } from '../int8/kernels.ts';
import { type Held, stretched } from '../int8/ops/broadcast.ts';
import { inTurn, type Planner } from '../int8/ops/planner.ts';
import { floatInput, floatOutput } from './values.ts';

function truths(context: OpContext, value: Value): Held<Uint8Array> {
  const { data } = value;
  if (value.dtype !== 'bool' || !(data instanceof Uint8Array))
    throw context.invalid(`tensor "${value.name}" is ${value.dtype}, not bool`);
  return { ...value, data };
}

function planLogical(context: OpContext, pair: (left: number, right: number) => number): Step {
  const output = truths(context, context.output());
  const inputs = [truths(context, context.input(0)), truths(context, context.input(1))] as const;
  const { operands, steps } = stretched(context, inputs, output);
  const [left, right] = operands;
  const compute = (): void => {
    for (let i = 0; i < output.data.length; i++) output.data[i] = pair(left[i] as number, right[i] as number);
  };
  return inTurn([...steps, compute]);
}

const planNot: Planner<'LOGICAL_NOT'> = (_, context) => {
  const [input, output] = [truths(context, context.input(0)), truths(context, context.output())];
  context.expectShape(output, input.shape);
  return () => {
    for (let i = 0; i < output.data.length; i++) output.data[i] = 1 - (input.data[i] as number);
  };
};

const planAddN: Planner<'ADD_N'> = (op, context) => {
  const output = floatOutput(context);
  const inputs = op.inputs.map((_, k) => floatInput(context, k));
  for (const { shape } of inputs) context.expectShape(output, shape);
  return () => {
    output.data.fill(0);
    for (const { data } of inputs) {
      for (let i = 0; i < data.length; i++) output.data[i] = (output.data[i] as number) + (data[i] as number);
    }
  };
};

export const logicPlanners = {
  LOGICAL_AND: (_, context) => planLogical(context, (l, r) => l & r),
  LOGICAL_OR: (_, context) => planLogical(context, (l, r) => l | r),
  LOGICAL_NOT: planNot,
  ADD_N: planAddN,
  ZEROS_LIKE: (_, context) => {
    const output = context.output();
    context.expectShape(output, context.input(0).shape);
    return () => {
      output.data.fill(0 as never);
    };
  },
} satisfies { readonly [K in KnownKind]?: Planner<K> };
