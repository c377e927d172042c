import type { Activation } from '../model/options.ts';
import type { Lowering, Value } from './lowering.ts';

/** `value` after a fused activation. */
export function activated(to: Lowering, value: Value, activation: Activation): Value {
  switch (activation) {
    case 'NONE':
      return value;
    case 'RELU':
      return to.node('Relu', [value]);
    case 'RELU6':
      return clipped(to, value, [0, 6]);
    case 'RELU_N1_TO_1':
      return clipped(to, value, [-1, 1]);
    case 'TANH':
      return to.node('Tanh', [value]);
    case 'SIGN_BIT':
      return to.unsupported('has the fused activation SIGN_BIT');
    default:
      return activation satisfies never;
  }
}

export function clipped(to: Lowering, value: Value, [low, high]: readonly [number, number]): Value {
  return to.node('Clip', [value, to.scalar(low), to.scalar(high)]);
}
