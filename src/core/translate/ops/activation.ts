import type { TensorId } from '../../model/types.ts';
import { clipBounds } from '../../onnx/node-attributes.ts';
import type { NodeView } from '../../onnx/node-view.ts';
import { type Binary, binary, cast, type Translate, type Unary, unary, withNumber } from '../emit.ts';
import type { Translation } from '../translation.ts';

/** Bounds that TFLite has an op for, `min max`. */
const clips: Readonly<Record<string, Unary>> = {
  '0 Infinity': 'RELU',
  '0 6': 'RELU6',
  '0 1': 'RELU_0_TO_1',
  '-1 1': 'RELU_N1_TO_1',
};

export const clip: Translate = (view, to) => {
  const x = to.input(view, 0);
  const { dtype } = to.tensor(x);
  const bounds = clipBounds(view);
  const kind = bounds && clips[`${bounds.min} ${bounds.max}`];
  if (kind !== undefined && dtype === 'float32') return to.define(view, unary(to, kind, x));
  const common = dtype === 'float32' ? 'float32' : 'int32';
  const low = limited(view, to, { x: cast(to, x, common), index: 1, kind: 'MAXIMUM' });
  to.define(view, cast(to, limited(view, to, { x: low, index: 2, kind: 'MINIMUM' }), dtype));
};

/** `x` limited by a bound that is a constant or computed, or by none. */
function limited(
  view: NodeView,
  to: Translation,
  { x, index, kind }: { readonly x: TensorId; readonly index: 1 | 2; readonly kind: Binary },
): TensorId {
  if (view.has(index)) return binary(to, kind, [x, cast(to, to.input(view, index), to.tensor(x).dtype)]);
  const bound = view.float(index === 1 ? 'min' : 'max');
  return bound === undefined ? x : withNumber(to, kind, [x, bound]);
}

/**
 * min(max(αx + β, 0), 1), as RELU6(6αx + 6β) / 6: all of these have an int8 form, and for PyTorch's α = 1/6 and β = 1/2 it
 * is what its authors write, RELU6(x + 3) / 6.
 */
export const hardSigmoid: Translate = (view, to) => {
  const [alpha, beta] = [view.float('alpha') ?? 0.2, view.float('beta') ?? 0.5];
  const x = to.input(view, 0);
  const factor = 6 * alpha;
  const steep = Math.abs(factor - 1) < 1e-6 ? x : withNumber(to, 'MUL', [x, factor]);
  const shifted = withNumber(to, 'ADD', [steep, 6 * beta]);
  to.define(view, withNumber(to, 'MUL', [unary(to, 'RELU6', shifted), 1 / 6]));
};

export const leakyRelu: Translate = (view, to) => {
  const x = to.input(view, 0);
  const options = { alpha: view.float('alpha') ?? 0.01 };
  to.define(view, to.emit('LEAKY_RELU', [x], { shape: to.shape(x), options }));
};

/** max(x, 0) · positive + α(exp(min(x, 0)) − 1) · positive. */
function exponentialUnit(
  to: Translation,
  x: TensorId,
  { alpha, gain }: { alpha: number; gain: number },
): TensorId {
  if (alpha === 1 && gain === 1) return unary(to, 'ELU', x);
  const below = unary(to, 'ELU', withNumber(to, 'MINIMUM', [x, 0]));
  const above = unary(to, 'RELU', x);
  const scaledAbove = gain === 1 ? above : withNumber(to, 'MUL', [above, gain]);
  return binary(to, 'ADD', [scaledAbove, withNumber(to, 'MUL', [below, alpha * gain])]);
}

export const elu: Translate = (view, to) => {
  to.define(view, exponentialUnit(to, to.input(view, 0), { alpha: view.float('alpha') ?? 1, gain: 1 }));
};

export const selu: Translate = (view, to) => {
  const alpha = view.float('alpha') ?? 1.6732632423543772;
  const gain = view.float('gamma') ?? 1.0507009873554805;
  to.define(view, exponentialUnit(to, to.input(view, 0), { alpha, gain }));
};

/** α · ELU(x / α): its part above 0 is x. */
export const celu: Translate = (view, to) => {
  const alpha = view.float('alpha') ?? 1;
  const x = to.input(view, 0);
  const inner = unary(to, 'ELU', alpha === 1 ? x : withNumber(to, 'MUL', [x, 1 / alpha]));
  to.define(view, alpha === 1 ? inner : withNumber(to, 'MUL', [inner, alpha]));
};

export const gelu: Translate = (view, to) => {
  const x = to.input(view, 0);
  const options = { approximate: view.text('approximate') === 'tanh' };
  to.define(view, to.emit('GELU', [x], { shape: to.shape(x), options }));
};

/**
 * erf(x) = sign(x) · (2Φ(√2 |x|) − 1), with Φ(v) = GELU(v) / v. Near 0 v is kept away from it, where Φ is 1/2 to float32's
 * precision. The absolute error is below 2^-22.
 */
export const erf: Translate = (view, to) => {
  const x = to.input(view, 0);
  const stretched = withNumber(to, 'MUL', [unary(to, 'ABS', x), Math.SQRT2]);
  const v = withNumber(to, 'MAXIMUM', [stretched, 1e-20]);
  const part = to.emit('GELU', [v], { shape: to.shape(v), options: { approximate: false } });
  const twice = withNumber(to, 'MUL', [binary(to, 'DIV', [part, v]), 2]);
  to.define(view, binary(to, 'MUL', [withNumber(to, 'SUB', [twice, 1]), unary(to, 'SIGN', x)]));
};

/** ln(1 + exp(x)) = max(x, 0) + ln(1 + exp(−|x|)), which does not overflow. */
function softplusOf(to: Translation, x: TensorId): TensorId {
  const small = unary(to, 'EXP', withNumber(to, 'MUL', [unary(to, 'ABS', x), -1]));
  return binary(to, 'ADD', [unary(to, 'RELU', x), unary(to, 'LOG', withNumber(to, 'ADD', [small, 1]))]);
}

export const softplus: Translate = (view, to) => to.define(view, softplusOf(to, to.input(view, 0)));

export const mish: Translate = (view, to) => {
  const x = to.input(view, 0);
  to.define(view, binary(to, 'MUL', [x, unary(to, 'TANH', softplusOf(to, x))]));
};

export const softsign: Translate = (view, to) => {
  const x = to.input(view, 0);
  to.define(view, binary(to, 'DIV', [x, withNumber(to, 'ADD', [unary(to, 'ABS', x), 1])]));
};
