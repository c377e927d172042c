import { dtypeOf } from '../../formats/onnx/types.ts';
import type { Dtype } from '../../model/types.ts';
import type { NodeView } from '../node-view.ts';
import { broadcast, expectSameType, likeFirst, retyped, type ShapeRule, unchanged } from './rule.ts';

/** All inputs stretched to one shape. */
const stretched: ShapeRule = (view) => {
  const shapes = view.node.inputs.map((_, i) => view.shape(i));
  if (shapes.length === 0) throw view.problem('has no input');
  expectSameType(view, [...shapes.keys()]);
  return likeFirst(view, broadcast(view, shapes));
};

/**
 * Two operands. Set 6 stretches the second one only where it says so, and may begin at another dimension than the last;
 * the result then has the first one's shape.
 */
const binary: ShapeRule = (view) => {
  // A power's exponent may be of another type.
  if (view.node.type !== 'Pow') expectSameType(view, [0, 1]);
  if (view.opset >= 7) return likeFirst(view, broadcast(view, [view.shape(0), view.shape(1)]));
  return likeFirst(view, broadcast(view, [view.shape(0), olderOperand(view)]));
};

/** The shape of the second operand of a set 6 node as newer sets would have it, with the 1s written out. */
export function olderOperand(view: NodeView): readonly number[] {
  const [first, second] = [view.shape(0), view.shape(1)];
  if (!view.flag('broadcast')) return second;
  const axis = view.int('axis');
  const start = axis === undefined ? first.length - second.length : axis < 0 ? axis + first.length : axis;
  const behind = first.length - start - second.length;
  if (start < 0 || behind < 0)
    throw view.problem(`stretches [${second}] along dimension ${axis} of [${first}]`);
  return [...second, ...new Array<number>(behind).fill(1)];
}

function comparison(): ShapeRule {
  return (view) => binary(view).map(({ shape }) => ({ dtype: 'bool', shape }));
}

const where: ShapeRule = (view) => {
  expectSameType(view, [1, 2]);
  const shape = broadcast(view, [view.shape(0), view.shape(1), view.shape(2)]);
  return [{ dtype: view.type(1).dtype, shape }];
};

/** PRelu's slope is stretched to the input, not the input to the slope. */
const prelu: ShapeRule = (view) => {
  const shape = view.shape(0);
  if (view.opset < 7 || view.shape(1).length === 1) return [view.type(0)];
  const result = broadcast(view, [shape, view.shape(1)]);
  if (result.length !== shape.length || result.some((size, i) => size !== shape[i]))
    throw view.problem(`stretches its slope [${view.shape(1)}] beyond its input [${shape}]`);
  return [view.type(0)];
};

/** Element type that a Cast makes. */
export function castType(view: NodeView): Dtype {
  const code = view.int('to');
  if (code === undefined) throw view.problem('lacks the attribute “to”');
  return dtypeOf(code, view.node.outputs[0] ?? '');
}

const dropout: ShapeRule = (view) => {
  const { dtype, shape } = view.type(0);
  return [view.type(0), { dtype: view.opset < 10 ? dtype : 'bool', shape }];
};

function eachOf(names: string, rule: ShapeRule): readonly (readonly [string, ShapeRule])[] {
  return names.split(' ').map((name) => [name, rule]);
}

/** Element by element, with or without stretching. */
export const elementwiseShapes: Readonly<Record<string, ShapeRule>> = Object.fromEntries([
  ...eachOf(
    'Abs Neg Sign Exp Log Sqrt Reciprocal Floor Ceil Round Erf Identity Clip Softplus Softsign',
    unchanged,
  ),
  ...eachOf('Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Not BitwiseNot CumSum Trilu', unchanged),
  ...eachOf(
    'Sigmoid Tanh Relu LeakyRelu Elu Selu Celu ThresholdedRelu HardSigmoid HardSwish Gelu Mish',
    unchanged,
  ),
  ...eachOf('Swish Shrink LpNormalization MeanVarianceNormalization LRN', unchanged),
  ...eachOf('Add Sub Mul Div Pow Mod And Or Xor BitShift BitwiseAnd BitwiseOr BitwiseXor', binary),
  ...eachOf('Equal Greater Less GreaterOrEqual LessOrEqual', comparison()),
  ...eachOf('Max Min Mean Sum', stretched),
  ...eachOf('IsNaN IsInf', retyped('bool')),
  ['Where', where],
  ['PRelu', prelu],
  ['Dropout', dropout],
  ['Cast', (view: NodeView) => [{ dtype: castType(view), shape: view.shape(0) }]],
  ['CastLike', (view: NodeView) => [{ dtype: view.type(1).dtype, shape: view.shape(0) }]],
]);
