import type { Activation } from '../model/options.ts';
import type { KnownKind, Op, OpOf } from '../model/types.ts';
import { activated, clipped } from './activation.ts';
import type { Lowering, Value } from './lowering.ts';

/** How one op is lowered: adds its nodes and defines its outputs. */
export type Lower<K extends KnownKind> = (op: OpOf<K>, to: Lowering) => void;

/** An op that treats every element alike, in whichever layout its inputs are. */
export function elementwise(
  compute: (to: Lowering, inputs: readonly Value[], op: Op) => Value,
): (op: Op, to: Lowering) => void {
  return (op, to) => {
    const layout = to.layoutOf(op.inputs);
    const inputs = op.inputs.map((id) => to.value(id, layout));
    to.define(op.outputs[0], compute(to, inputs, op), layout);
  };
}

/** An elementwise op that ONNX has under the name `type`, with TFLite's fused activation if there is one. */
export function direct(type: string): (op: Op, to: Lowering) => void {
  return elementwise((to, inputs, op) => activated(to, to.node(type, inputs), fusedActivation(op)));
}

/**
 * A sum or product, with a constant operand in front: behind, onnxruntime would fold it into the weights of a
 * convolution before it, but only where nobody watches the convolution, and the bits would depend on who watches.
 */
export function commutative(type: string): (op: Op, to: Lowering) => void {
  return elementwise((to, inputs, op) => {
    const isConstantLast = to.tensor(op.inputs[1]).data !== undefined;
    const value = to.node(type, isConstantLast ? inputs.toReversed() : inputs);
    return activated(to, value, fusedActivation(op));
  });
}

function fusedActivation(op: Op): Activation {
  return 'activation' in op.options ? op.options.activation : 'NONE';
}

export function clip(low: number, high: number): (op: Op, to: Lowering) => void {
  return elementwise((to, [x = '']) => clipped(to, x, [low, high]));
}

/** 1 / √x. */
export const rsqrt = elementwise((to, inputs) => to.node('Reciprocal', [to.node('Sqrt', inputs)]));

/** (x − y)². */
export const squaredDifference = elementwise((to, inputs) => {
  const difference = to.node('Sub', inputs);
  return to.node('Mul', [difference, difference]);
});

export const notEqual = elementwise((to, inputs) => to.node('Not', [to.node('Equal', inputs)]));

/** SELECT_V2 broadcasts as numpy does. In SELECT a vector of conditions would pick whole rows, which is not lowered. */
export const select: Lower<'SELECT'> = (op, to) => {
  const rank = to.shape(op.inputs[0]).length;
  if (rank !== 0 && rank !== to.shape(op.inputs[1]).length) to.unsupported('picks whole rows');
  direct('Where')(op, to);
};

export const leakyRelu: Lower<'LEAKY_RELU'> = (op, to) => {
  elementwise((_, inputs) => to.node('LeakyRelu', inputs, { alpha: { float: op.options.alpha } }))(op, to);
};

export const gelu: Lower<'GELU'> = (op, to) => {
  const approximate = op.options.approximate ? 'tanh' : 'none';
  elementwise((_, inputs) => to.node('Gelu', inputs, { approximate }))(op, to);
};
