/**
 * Resource variables, of any type (tflite/kernels/read_variable.cc, assign_variable.cc). The plan has made states of them
 * (execute/variables.ts): the first input is the state itself.
 */
import type { Elements } from '../../../model/types.ts';
import type { OpContext, Value } from '../context.ts';
import type { Step } from '../kernels.ts';
import type { Planners } from './planner.ts';

/**
 * A copy that is no kernel, because kernels that lay out activations would let the place of a state be used by other values
 * between two runs.
 */
function planCopy(context: OpContext, from: Value, to: Value): Step {
  context.expectDtype(to, from.dtype);
  context.expectShape(to, from.shape);
  // Arrays of one type, which the union of all types does not say.
  const [source, target] = [from.data, to.data] as [Float32Array, Float32Array] & [Elements, Elements];
  return () => target.set(source);
}

/** Handles are resolved and first values known before a run: nothing is left to do. */
const nothing = (): Step => () => {};

export const variablePlanners: Planners = {
  VAR_HANDLE: nothing,
  CALL_ONCE: nothing,
  READ_VARIABLE: (_, context) => planCopy(context, context.input(0), context.output()),
  ASSIGN_VARIABLE: (_, context) => planCopy(context, context.input(1), context.input(0)),
};
