/** SVDF (tflite/kernels/internal/reference/svdf.h, EvalFloatSVDF). */

import type { Planner } from '../int8/ops/planner.ts';
import { svdfSizes } from '../int8/ops/svdf.ts';
import { activationFunction, dot } from './recurrent.ts';
import { floatBias, floatInput, floatOutput } from './values.ts';

export const planSvdf: Planner<'SVDF'> = (op, context) => {
  const [input, features] = [floatInput(context, 0), floatInput(context, 1)];
  const [times, state] = [floatInput(context, 2), floatInput(context, 4)];
  const output = floatOutput(context);
  const { rank, activation } = op.options;
  const values = { input, features, times, state, output };
  const { batch, inputs, units, memory } = svdfSizes(context, rank, values);
  const filters = units * rank;
  const bias = floatBias(context, 3, units);
  const activate = activationFunction(activation);
  if (activate === undefined) throw context.unsupported(`with a fused ${activation}`);

  /** What a filter of a sequence remembers, weighed. */
  const weighed = (sequence: number, filter: number): number =>
    dot(
      { data: times.data, from: filter * memory },
      { data: state.data, from: (sequence * filters + filter) * memory },
      memory,
    );
  return () => {
    state.data.copyWithin(0, 1);
    for (let row = 0; row < batch * filters; row++) {
      const x = { data: input.data, from: Math.floor(row / filters) * inputs };
      const w = { data: features.data, from: (row % filters) * inputs };
      state.data[(row + 1) * memory - 1] = dot(w, x, inputs);
    }
    for (let o = 0; o < batch * units; o++) {
      const [sequence, unit] = [Math.floor(o / units), o % units];
      let sum = bias[unit] as number;
      for (let r = 0; r < rank; r++) sum = Math.fround(sum + weighed(sequence, unit * rank + r));
      output.data[o] = activate(sum);
    }
  };
};
