/**
 * SOFTMAX, LOG_SOFTMAX and L2_NORMALIZATION over the last axis in float32
 * (tflite/kernels/internal/reference/{softmax,log_softmax,l2normalization}.h).
 */
import type { KnownKind } from '../../model/types.ts';
import type { OpContext } from '../int8/context.ts';
import type { Step } from '../int8/kernels.ts';
import { rowsOf } from '../int8/ops/normalize.ts';
import type { Planner } from '../int8/ops/planner.ts';
import { floatInput, floatOutput } from './values.ts';

const f = Math.fround;

/** Runs `row` on every row of the input and the same row of the output. */
function planRows(context: OpContext, row: (input: Float32Array, output: Float32Array) => void): Step {
  const [input, output] = [floatInput(context, 0), floatOutput(context)];
  const { rows, depth } = rowsOf(context, input, output);
  return () => {
    for (let from = 0; from < rows * depth; from += depth)
      row(input.data.subarray(from, from + depth), output.data.subarray(from, from + depth));
  };
}

function greatestOf(values: Float32Array): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}

const planSoftmax: Planner<'SOFTMAX'> = (op, context) => {
  const beta = f(op.options.beta);
  return planRows(context, (input, output) => {
    const greatest = greatestOf(input);
    let sum = 0;
    for (let i = 0; i < input.length; i++) {
      const exp = f(Math.exp(f(f((input[i] as number) - greatest) * beta)));
      output[i] = exp;
      sum = f(sum + exp);
    }
    for (let i = 0; i < output.length; i++) output[i] = (output[i] as number) / sum;
  });
};

const planLogSoftmax: Planner<'LOG_SOFTMAX'> = (_, context) =>
  planRows(context, (input, output) => {
    const greatest = greatestOf(input);
    let sum = 0;
    for (const value of input) sum = f(sum + f(Math.exp(f(value - greatest))));
    const log = f(Math.log(sum));
    for (let i = 0; i < input.length; i++) output[i] = f((input[i] as number) - greatest) - log;
  });

/** Shorter vectors are divided by this. */
const LEAST_NORM = f(1e-6);

const planL2Normalization: Planner<'L2_NORMALIZATION'> = (op, context) => {
  if (op.options.activation !== 'NONE') throw context.unsupported(`with a fused ${op.options.activation}`);
  return planRows(context, (input, output) => {
    let squares = 0;
    for (const value of input) squares = f(squares + f(value * value));
    const norm = Math.max(f(Math.sqrt(squares)), LEAST_NORM);
    for (let i = 0; i < input.length; i++) output[i] = (input[i] as number) / norm;
  });
};

export const normalizePlanners = {
  SOFTMAX: planSoftmax,
  LOG_SOFTMAX: planLogSoftmax,
  L2_NORMALIZATION: planL2Normalization,
} satisfies { readonly [K in KnownKind]?: Planner<K> };
