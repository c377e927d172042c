import type { Dtype, TensorId } from '../../model/types.ts';
import type { NodeView } from '../../onnx/node-view.ts';
import {
  type Binary,
  binary,
  cast,
  refusal,
  type Translate,
  type Unary,
  unary,
  withNumber,
} from '../emit.ts';
import { heldType } from '../held.ts';
import type { Translation } from '../translation.ts';

/** Integers of few bits without a scale: TFLite computes with those as int32. */
const narrow: ReadonlySet<Dtype> = new Set<Dtype>(['int8', 'uint8', 'int16']);

/** `x` as TFLite's kernels take it. */
function computable(to: Translation, x: TensorId): TensorId {
  return narrow.has(to.tensor(x).dtype) ? cast(to, x, 'int32') : x;
}

/** The type of the node's first input, which a result computed in int32 is brought back to, wrapping around. */
function back(view: NodeView, to: Translation, y: TensorId): TensorId {
  const { dtype } = to.tensor(to.input(view, 0));
  return narrow.has(dtype) ? cast(to, y, dtype) : y;
}

/** An op that TFLite has under another name. */
export function direct(kind: Unary): Translate {
  return (view, to) => to.define(view, unary(to, kind, to.input(view, 0)));
}

/** All operands, as they are computed with. */
function operandsOf(view: NodeView, to: Translation): readonly TensorId[] {
  return view.node.inputs.map((_, index) => computable(to, to.input(view, index)));
}

export function pair(kind: Binary): Translate {
  return (view, to) => {
    const [a, b] = operandsOf(view, to);
    if (a === undefined || b === undefined) throw view.problem('lacks an operand');
    to.define(view, back(view, to, binary(to, kind, [a, b])));
  };
}

/** As `pair`, with truth values as the result. */
export function comparison(kind: Binary): Translate {
  return (view, to) => {
    // Truth values are compared as integers.
    const [a, b] = operandsOf(view, to).map((x) =>
      to.tensor(x).dtype === 'bool' ? cast(to, x, 'int32') : x,
    );
    if (a === undefined || b === undefined) throw view.problem('lacks an operand');
    to.define(view, binary(to, kind, [a, b]));
  };
}

/** Any number of operands, from the first on. */
export function folded(kind: Binary): Translate {
  return (view, to) => to.define(view, back(view, to, fold(view, to, kind)));
}

function fold(view: NodeView, to: Translation, kind: Binary): TensorId {
  const [first, ...others] = operandsOf(view, to);
  if (first === undefined) throw view.problem('lacks an operand');
  return others.reduce((sum, x) => binary(to, kind, [sum, x]), first);
}

export const mean: Translate = (view, to) => {
  const count = view.node.inputs.length;
  const sum = fold(view, to, 'ADD');
  to.define(view, count === 1 ? sum : withNumber(to, 'MUL', [sum, 1 / count]));
};

/** Neither NEG nor a subtraction from 0 has an int8 form that keeps the scale; a product has. */
export const neg: Translate = (view, to) => {
  to.define(view, back(view, to, withNumber(to, 'MUL', [computable(to, to.input(view, 0)), -1])));
};

export const abs: Translate = (view, to) => {
  const x = computable(to, to.input(view, 0));
  const isFloat = to.tensor(x).dtype === 'float32';
  const y = isFloat ? unary(to, 'ABS', x) : binary(to, 'MAXIMUM', [x, withNumber(to, 'MUL', [x, -1])]);
  to.define(view, back(view, to, y));
};

export const reciprocal: Translate = (view, to) => {
  const x = to.input(view, 0);
  to.define(view, binary(to, 'DIV', [to.scalar(1, x), x]));
};

export const where: Translate = (view, to) => {
  const [condition, x, y] = [to.input(view, 0), to.input(view, 1), to.input(view, 2)];
  const shape = view.scope.values.get(view.node.outputs[0] ?? '')?.shape ?? [];
  to.define(view, to.emit('SELECT_V2', [condition, x, y], { shape, dtype: to.tensor(x).dtype, options: {} }));
};

export const not: Translate = direct('LOGICAL_NOT');

/** Python's remainder, with the divisor's sign. */
export const mod: Translate = (view, to) => {
  if (view.flag('fmod'))
    throw refusal(
      view,
      'takes remainders with the sign of the dividend (fmod), which TensorFlow Lite has no op for',
    );
  pair('FLOOR_MOD')(view, to);
};

export const castTo: Translate = (view, to) => {
  const x = to.input(view, 0);
  const wanted = view.scope.values.get(view.node.outputs[0] ?? '')?.dtype;
  const { dtype } = to.tensor(x);
  if (wanted === undefined) throw view.problem('makes nothing');
  if (wanted === 'bool' && dtype !== 'bool')
    return to.define(view, withNumber(to, 'NOT_EQUAL', [computable(to, x), 0]));
  to.define(view, cast(to, x, heldType(wanted)));
};
