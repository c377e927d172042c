import type { Planner } from '../int8/ops/planner.ts';
import { expectResized, floatResizeParams } from '../int8/ops/resize.ts';
import { blendInFloat } from '../int8/reference/resize-in-float.ts';
import { floatInput, floatOutput } from './values.ts';

export const planResizeBilinear: Planner<'RESIZE_BILINEAR'> = (op, context) => {
  const [input, output] = [floatInput(context, 0), floatOutput(context)];
  expectResized(context, input, output);
  const params = floatResizeParams(op.options, { input, output }, 0);
  return blendInFloat(params, input.data, (position, blend) => {
    output.data[position] = blend;
  });
};
