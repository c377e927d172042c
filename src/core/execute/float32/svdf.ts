/** SVDF (tflite/kernels/internal/reference/svdf.h, EvalFloatSVDF and EvalHybridSVDF). */
import type { OpOf } from '../../model/types.ts';
import type { OpContext } from '../int8/context.ts';
import type { Step } from '../int8/kernels.ts';
import { svdfSizes } from '../int8/ops/svdf.ts';
import {
  activationFunction,
  dot,
  matrixAt,
  type QuantizeVector,
  rowTimes,
  Vector,
  weightsAt,
} from './recurrent.ts';
import { floatBias, floatInput, floatOutput } from './values.ts';

/** @param quantize - given where weights are int8 */
export function planSvdf(op: OpOf<'SVDF'>, context: OpContext, quantize?: QuantizeVector): Step {
  const [input, state] = [floatInput(context, 0), floatInput(context, 4)];
  const output = floatOutput(context);
  const { rank, activation } = op.options;
  const values = { input, features: context.input(1), times: context.input(2), state, output };
  const { batch, inputs, units, memory } = svdfSizes(context, rank, values);
  const filters = units * rank;
  const bias = floatBias(context, 3, units);
  const features = matrixAt(context, 1, quantize);
  const times = weightsAt(context, 2, quantize);
  const vector = new Vector(inputs, quantize);
  const activate = activationFunction(activation);
  if (activate === undefined) throw context.unsupported(`with a fused ${activation}`);

  /** What a filter of a sequence remembers, weighed. */
  const weighed = (sequence: number, filter: number): number =>
    dot(
      { data: times, from: filter * memory },
      { data: state.data, from: (sequence * filters + filter) * memory },
      memory,
    );
  return () => {
    state.data.copyWithin(0, 1);
    for (let sequence = 0; sequence < batch; sequence++) {
      vector.moveTo(input.data, sequence * inputs);
      for (let filter = 0; filter < filters; filter++)
        state.data[(sequence * filters + filter + 1) * memory - 1] = rowTimes(features, filter, vector);
    }
    for (let o = 0; o < batch * units; o++) {
      const [sequence, unit] = [Math.floor(o / units), o % units];
      let sum = bias[unit] as number;
      for (let r = 0; r < rank; r++) sum = Math.fround(sum + weighed(sequence, unit * rank + r));
      output.data[o] = activate(sum);
    }
  };
}
