import { allocate, elementCount } from '../../model/data.ts';
import { inverse } from '../../model/permute.ts';
import type { Shape, TensorId } from '../../model/types.ts';
import { axisOf, reductionOf, topKOf } from '../../onnx/node-attributes.ts';
import {
  axisLast,
  binary,
  cast,
  type Reduced,
  type Reducer,
  reduced,
  reshaped,
  type Translate,
  transposed,
  unary,
  withNumber,
} from '../emit.ts';
import type { Translation } from '../translation.ts';
import { outputShape } from './shape.ts';

type Compute = (to: Translation, x: TensorId, over: Reduced) => TensorId;

/**
 * Over no dimension at all the op does nothing, but what it does to each element.
 * @param empty - the result where there is nothing to reduce.
 */
function reducing(compute: Compute, empty = 0): Translate {
  return (view, to) => {
    const x = to.input(view, 0);
    if (to.shape(x).includes(0))
      return to.define(view, filled(to, outputShape(view), { like: x, value: empty }));
    const { dtype } = to.tensor(x);
    const computable = dtype === 'float32' || dtype === 'int32' ? x : cast(to, x, 'int32');
    to.define(view, cast(to, compute(to, computable, reductionOf(view)), dtype));
  };
}

/** What is left of nothing. */
const neutral: Readonly<Record<Reducer, number>> = {
  MEAN: Number.NaN,
  SUM: 0,
  REDUCE_MAX: Number.NEGATIVE_INFINITY,
  REDUCE_MIN: Number.POSITIVE_INFINITY,
  REDUCE_PROD: 1,
};

export function reduction(kind: Reducer): Translate {
  return reducing((to, x, over) => plain(to, kind, { ...over, x }), neutral[kind]);
}

function filled(
  to: Translation,
  shape: Shape,
  { like, value }: { readonly like: TensorId; readonly value: number },
): TensorId {
  const { dtype } = to.tensor(like);
  const data = allocate(dtype, elementCount(shape)).fill(value as never);
  return to.constant({ dtype, shape, data });
}

function plain(to: Translation, kind: Reducer, over: Reduced & { readonly x: TensorId }): TensorId {
  return over.axes.length === 0 ? over.x : reduced(to, kind, over);
}

const square = (to: Translation, x: TensorId): TensorId => binary(to, 'MUL', [x, x]);

export const reduceL1 = reducing((to, x, over) => plain(to, 'SUM', { ...over, x: unary(to, 'ABS', x) }));
export const reduceL2 = reducing((to, x, over) =>
  unary(to, 'SQRT', plain(to, 'SUM', { ...over, x: square(to, x) })),
);
export const reduceSumSquare = reducing((to, x, over) => plain(to, 'SUM', { ...over, x: square(to, x) }));
export const reduceLogSum = reducing((to, x, over) => unary(to, 'LOG', plain(to, 'SUM', { ...over, x })));

/** ln Σ exp(x) with the largest x taken out, so that nothing overflows. */
export const reduceLogSumExp = reducing((to, x, over) => {
  const largest = plain(to, 'REDUCE_MAX', { axes: over.axes, keepDims: true, x });
  const small = unary(to, 'EXP', binary(to, 'SUB', [x, largest]));
  const sum = unary(to, 'LOG', plain(to, 'SUM', { ...over, x: small }));
  return binary(to, 'ADD', [sum, reshaped(to, largest, to.shape(sum))]);
});

/** Of equal extremes the first counts, unless the last is asked for: then the dimension is looked at from its end. */
export function argExtreme(kind: 'ARG_MAX' | 'ARG_MIN'): Translate {
  return (view, to) => {
    const whole = to.input(view, 0);
    const axis = axisOf(view, 0);
    const shape = to.shape(whole);
    const fromEnd = view.flag('select_last_index');
    const stored = to.tensor(whole).dtype === 'float32' ? whole : cast(to, whole, 'int32');
    const x = fromEnd ? to.emit('REVERSE_V2', [stored, to.vector([axis])], { shape, options: {} }) : stored;
    const left = shape.filter((_, i) => i !== axis);
    const options = { outputType: 'int32' } as const;
    const found = to.emit(kind, [x, to.vector([axis])], { shape: left, dtype: 'int32', options });
    const last = to.constant({ shape: [], dtype: 'int32', data: Int32Array.of((shape[axis] ?? 1) - 1) });
    const position = fromEnd ? binary(to, 'SUB', [last, found]) : found;
    to.define(view, reshaped(to, position, outputShape(view)));
  };
}

/** TFLite takes the largest along the last dimension; the smallest are the largest of what is negated. */
export const topK: Translate = (view, to) => {
  const { k, axis, largest } = topKOf(view);
  const x = to.input(view, 0);
  const perm = axisLast(to.shape(x).length, axis);
  const moved = transposed(to, x, perm);
  const signed = largest ? moved : withNumber(to, 'MUL', [moved, -1]);
  const shape = [...to.shape(moved).slice(0, -1), k];
  const count = to.constant({ shape: [], dtype: 'int32', data: Int32Array.of(k) });
  const made = [{ shape }, { shape, dtype: 'int32' as const }];
  const [values = signed, indices = signed] = to.emitAll('TOPK_V2', [signed, count], { made, options: {} });
  const restored = largest ? values : withNumber(to, 'MUL', [values, -1]);
  to.define(view, transposed(to, restored, inverse(perm)));
  to.define(view, transposed(to, indices, inverse(perm)), 1);
};

export const cumSum: Translate = (view, to) => {
  const x = to.input(view, 0);
  const [axis = 0] = view.neededNumbers(1);
  const options = { exclusive: view.flag('exclusive'), reverse: view.flag('reverse') };
  const along = to.constant({ shape: [], dtype: 'int32', data: Int32Array.of(axis) });
  to.define(view, to.emit('CUMSUM', [x, along], { shape: to.shape(x), options }));
};
