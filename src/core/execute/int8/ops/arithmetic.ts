import type { Int8Value, OpContext } from '../context.ts';
import type { AddParams } from '../kernel-params.ts';
import type { Step } from '../kernels.ts';
import { stretched } from './broadcast.ts';
import { inTurn, type Planner } from './planner.ts';
import { elementwiseSum, float32Product } from './xnnpack.ts';

const LEFT_SHIFT = 20;

interface Binary {
  readonly left: Int8Value;
  readonly right: Int8Value;
  readonly output: Int8Value;
}

function binary(context: OpContext): Binary {
  return { left: context.int8Input(0), right: context.int8Input(1), output: context.int8Output() };
}

/** Both operands in a common scale, twice the greater of theirs (tflite/kernels/add.cc, sub.cc). */
function planSum(
  context: OpContext,
  sign: 1 | -1,
  activation: Parameters<OpContext['activationRange']>[1],
): Step {
  const { left, right, output } = binary(context);
  const weighted = elementwiseSum(context, { left, right, output }, { sign, activation });
  if (weighted !== undefined) {
    const { operands, steps } = stretched(context, [left, right], output);
    return inTurn([...steps, context.kernels.weightedSum(weighted, operands, output.data)]);
  }
  const common = 2 * Math.max(left.scale, right.scale);
  const factor = common / (2 ** LEFT_SHIFT * output.scale);
  // TensorFlow Lite aborts the process here; SUB has no such check.
  if (sign === 1 && factor >= 1) throw context.invalid('the output scale is too small for its inputs');
  const params: AddParams = {
    left: { zeroPoint: left.zeroPoint, ...context.fixedPoint(left.scale / common) },
    right: { zeroPoint: right.zeroPoint, ...context.fixedPoint(right.scale / common) },
    sign,
    leftShift: LEFT_SHIFT,
    output: context.outputStage(output, factor, activation),
  };
  const { operands, steps } = stretched(context, [left, right], output);
  return inTurn([...steps, context.kernels.add(params, operands, output.data)]);
}

export const planAdd: Planner<'ADD'> = (op, context) => planSum(context, 1, op.options.activation);
export const planSub: Planner<'SUB'> = (op, context) => planSum(context, -1, op.options.activation);

export const planMul: Planner<'MUL'> = (op, context): Step => {
  const { left, right, output } = binary(context);
  // The ratio is float32 in tflite/kernels/mul.cc, step by step.
  const factor = Math.fround(Math.fround(left.scale * right.scale) / output.scale);
  const params = {
    leftZeroPoint: left.zeroPoint,
    rightZeroPoint: right.zeroPoint,
    output:
      float32Product(context, { left, right, output }, op.options.activation) ??
      context.outputStage(output, factor, op.options.activation),
  };
  const { operands, steps } = stretched(context, [left, right], output);
  return inTurn([...steps, context.kernels.multiply(params, operands, output.data)]);
};
