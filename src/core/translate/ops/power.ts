import type { TensorId } from '../../model/types.ts';
import { binary, cast, type Translate, unary, withNumber } from '../emit.ts';
import type { Translation } from '../translation.ts';

/** Exponents for which there are ops that have an int8 form, which POW has not. */
const powers: ReadonlyMap<number, (to: Translation, x: TensorId) => TensorId> = new Map([
  [1, (_, x) => x],
  [2, (to, x) => binary(to, 'MUL', [x, x])],
  [3, (to, x) => binary(to, 'MUL', [binary(to, 'MUL', [x, x]), x])],
  [0.5, (to, x) => unary(to, 'SQRT', x)],
  [-0.5, (to, x) => unary(to, 'RSQRT', x)],
  [-1, (to, x) => binary(to, 'DIV', [to.scalar(1, x), x])],
]);

/** x to the power of `exponent`. */
export function power(to: Translation, x: TensorId, exponent: number): TensorId {
  return powers.get(exponent)?.(to, x) ?? withNumber(to, 'POW', [x, exponent]);
}

/** Computed in the base's type, or in float where one of both is float. */
export const pow: Translate = (view, to) => {
  const [x, y] = [to.input(view, 0), to.input(view, 1)];
  const { dtype } = to.tensor(x);
  const exponent = view.constant(1);
  if (dtype === 'float32' && exponent?.data.length === 1 && to.shape(y).length <= to.shape(x).length)
    return to.define(view, power(to, x, Number(exponent.data[0])));
  const common = dtype === 'int32' && to.tensor(y).dtype === 'int32' ? 'int32' : 'float32';
  const result = binary(to, 'POW', [cast(to, x, common), cast(to, y, common)]);
  to.define(view, cast(to, result, dtype));
};
