import { elementCount } from '../../model/data.ts';
import type { TensorData } from '../../model/types.ts';
import { reductionOf } from '../node-attributes.ts';
import { heldValue, nonZeroPositions, repeatedValue, toldShape } from '../shapes/constants.ts';
import { filled, isInteger, storedAs, stridesOf, walked } from './elements.ts';
import type { FoldRule } from './rule.ts';

const range: FoldRule = (view, [type]) => {
  const [start, , delta] = [0, 1, 2].map((index) => view.constant(index)?.data[0]);
  if (type === undefined || start === undefined || delta === undefined) return undefined;
  if (typeof start === 'bigint') return [storedAs(type, (i) => start + BigInt(i) * BigInt(delta))];
  return [storedAs(type, (i) => start + i * Number(delta))];
};

const reduce: Readonly<Record<string, (values: readonly number[]) => number>> = {
  ReduceSum: (values) => values.reduce((sum, value) => sum + value, 0),
  ReduceMean: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  ReduceProd: (values) => values.reduce((product, value) => product * value, 1),
  ReduceMax: (values) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ReduceMin: (values) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
};

/** The reduced dimensions are brought to the end, where each run of elements becomes one. */
function reduction(apply: (values: readonly number[]) => number): FoldRule {
  return (view, [type]) => {
    const value = view.constant(0);
    if (value === undefined || type === undefined) return undefined;
    const sorted = runsOf(value, reductionOf(view).axes);
    // Whole numbers beyond 2^53 would lose digits.
    if (isInteger(value.dtype) && sorted.values.some((one) => !Number.isSafeInteger(one))) return undefined;
    return [storedAs(type, (i) => apply(sorted.values.slice(i * sorted.length, (i + 1) * sorted.length)))];
  };
}

function runsOf(value: TensorData, axes: readonly number[]) {
  const kept = value.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const order = [...kept, ...axes];
  const own = stridesOf(value.shape);
  const { data } = walked(value, {
    shape: order.map((axis) => value.shape[axis] ?? 0),
    strides: order.map((axis) => own[axis] ?? 0),
  });
  const length = elementCount(axes.map((axis) => value.shape[axis] ?? 0));
  return { values: Array.from(data as Iterable<number | bigint>, Number), length };
}

/** Constants that come from a setting or a shape, and sums over elements. */
export const madeFolds: Readonly<Record<string, FoldRule>> = {
  Constant: (view) => [heldValue(view)],
  ConstantOfShape: (view, [type]) => type && [filled(type, repeatedValue(view).data[0] ?? 0)],
  Shape: (view, [type]) => type && [storedAs(type, (i) => toldShape(view)[i] ?? 0)],
  Size: (view, [type]) => type && [storedAs(type, () => elementCount(view.shape(0)))],
  NonZero: (view, [type]) => {
    const positions = nonZeroPositions(view).flat();
    return type && [storedAs(type, (i) => positions[i] ?? 0)];
  },
  Range: range,
  ...Object.fromEntries(Object.entries(reduce).map(([name, apply]) => [name, reduction(apply)])),
};
