import type { OpOf } from '../model/types.ts';
import { activated } from './activation.ts';
import type { Lower } from './elementwise.ts';
import { axisIn } from './layout.ts';
import type { Lowering } from './lowering.ts';

type Reduction = 'MEAN' | 'SUM' | 'REDUCE_MAX' | 'REDUCE_MIN' | 'REDUCE_PROD';

/** A reduction, over the axes in its second input, that ONNX has under the name `type`. */
export function reduction(type: string): (op: OpOf<Reduction>, to: Lowering) => void {
  return (op, to) => {
    const [input] = op.inputs;
    const rank = to.shape(input).length;
    const axes = to.integers(op.inputs[1], 'axes').map((axis) => axisIn('plain', axis, rank));
    const overPicture = rank === 4 && [1, 2].every((axis) => axes.includes(axis));
    // Once height and width are gone, what remains stands in the same order in both layouts.
    const layout =
      input !== undefined && (op.options.keepDims || overPicture) ? to.layoutOf([input]) : 'plain';
    const inputs = [to.value(input, layout), to.vector(axes.map((axis) => axisIn(layout, axis, rank)))];
    const value = to.node(type, inputs, {
      keepdims: { int: op.options.keepDims ? 1 : 0 },
      noop_with_empty_axes: { int: 1 },
    });
    to.define(op.outputs[0], value, op.options.keepDims ? layout : 'plain');
  };
}

/** softmax(beta · x) along the last axis. */
export const softmax: Lower<'SOFTMAX'> = (op, to) => {
  const input = to.value(op.inputs[0]);
  const { beta } = op.options;
  const scaled = beta === 1 ? input : to.node('Mul', [input, to.scalar(beta)]);
  to.define(op.outputs[0], to.node('Softmax', [scaled], { axis: { int: -1 } }));
};

export const logSoftmax: Lower<'LOG_SOFTMAX'> = (op, to) => {
  to.define(op.outputs[0], to.node('LogSoftmax', [to.value(op.inputs[0])], { axis: { int: -1 } }));
};

/** x / max(‖x‖₂, 1e-6) along the last axis (TFLite `reference/l2normalization.h`). */
export const l2Normalization: Lower<'L2_NORMALIZATION'> = (op, to) => {
  const input = to.value(op.inputs[0]);
  const norm = to.node('ReduceL2', [input, to.vector([-1])], { keepdims: { int: 1 } });
  const value = to.node('Div', [input, to.node('Max', [norm, to.scalar(1e-6)])]);
  to.define(op.outputs[0], activated(to, value, op.options.activation));
};

/** The position of the extreme along the axis in the second input, the first one of several. */
export function argExtreme(
  type: 'ArgMax' | 'ArgMin',
): (op: OpOf<'ARG_MAX' | 'ARG_MIN'>, to: Lowering) => void {
  return (op, to) => {
    const [axis = 0] = to.integers(op.inputs[1], 'axes');
    const attributes = { axis: { int: axis }, keepdims: { int: 0 } };
    const value = to.node(type, [to.value(op.inputs[0])], attributes);
    to.define(op.outputs[0], to.cast(value, to.tensor(op.outputs[0]).dtype));
  };
}
