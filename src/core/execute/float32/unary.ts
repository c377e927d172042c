/**
 * Functions of one float32 (tflite/kernels/{activations,elementwise,elu,neg,floor,ceil,round}.cc). Results are rounded to
 * float32 where they are stored; steps before that are rounded where TensorFlow Lite's are.
 */
import { clamp } from '../../model/rounding.ts';
import type { KnownKind } from '../../model/types.ts';
import type { OpContext } from '../int8/context.ts';
import type { Step } from '../int8/kernels.ts';
import { geluByErf, geluByTanh } from '../int8/ops/float-functions.ts';
import type { Planner } from '../int8/ops/planner.ts';
import { floatInput, floatOutput } from './values.ts';

const f = Math.fround;

function planUnary(context: OpContext, fn: (x: number) => number): Step {
  const [{ data, shape }, output] = [floatInput(context, 0), floatOutput(context)];
  context.expectShape(output, shape);
  return () => {
    for (let i = 0; i < data.length; i++) output.data[i] = fn(data[i] as number);
  };
}

/** reference/logistic.h: beyond these the result is 1, or exp(x), to float32 precision. */
export function logistic(x: number): number {
  if (x > 16.619047164916992) return 1;
  const exp = f(Math.exp(x < -9 ? x : -x));
  return x < -9 ? exp : 1 / f(1 + exp);
}

function hardSwish(x: number): number {
  return f(x * clamp(f(x + 3), 0, 6)) / 6;
}

/** Nearest integer, ties to even. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

/** Kinds that are a plain function. */
const functions = {
  ABS: Math.abs,
  NEG: (x) => -x,
  FLOOR: Math.floor,
  CEIL: Math.ceil,
  ROUND: roundHalfEven,
  SIN: Math.sin,
  COS: Math.cos,
  EXP: Math.exp,
  LOG: Math.log,
  SQRT: Math.sqrt,
  RSQRT: (x) => 1 / f(Math.sqrt(x)),
  SQUARE: (x) => x * x,
  SIGN: Math.sign,
  LOGISTIC: logistic,
  TANH: Math.tanh,
  ELU: (x) => (x < 0 ? Math.expm1(x) : x),
  HARD_SWISH: hardSwish,
  RELU: (x) => Math.max(x, 0),
  RELU6: (x) => clamp(x, 0, 6),
  RELU_N1_TO_1: (x) => clamp(x, -1, 1),
  RELU_0_TO_1: (x) => clamp(x, 0, 1),
} satisfies { readonly [K in KnownKind]?: (x: number) => number };

const plain = Object.fromEntries(
  Object.entries(functions).map(([kind, fn]) => [
    kind,
    (_: unknown, context: OpContext) => planUnary(context, fn),
  ]),
) as { readonly [K in keyof typeof functions]: Planner<K> };

const planLeakyRelu: Planner<'LEAKY_RELU'> = (op, context) => {
  const alpha = f(op.options.alpha);
  return planUnary(context, (x) => (x > 0 ? x : x * alpha));
};

export const unaryPlanners = {
  ...plain,
  LEAKY_RELU: planLeakyRelu,
  GELU: (op, context) => planUnary(context, op.options.approximate ? geluByTanh : geluByErf),
} satisfies { readonly [K in KnownKind]?: Planner<K> };
