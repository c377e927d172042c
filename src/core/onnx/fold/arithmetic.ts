import { roundHalfEven } from '../../model/rounding.ts';
import type { TensorData } from '../../model/types.ts';
import { clipBounds } from '../node-attributes.ts';
import type { NodeView } from '../node-view.ts';
import type { ValueType } from '../normalized.ts';
import { isInteger, storedAs, stretchedTo } from './elements.ts';
import type { FoldRule } from './rule.ts';

/** One function for floats, one for whole numbers. */
interface Operator {
  readonly float: (a: number, b: number) => number;
  readonly whole: (a: bigint, b: bigint) => bigint;
}

const arithmetic: Readonly<Record<string, Operator>> = {
  Add: { float: (a, b) => a + b, whole: (a, b) => a + b },
  Sub: { float: (a, b) => a - b, whole: (a, b) => a - b },
  Mul: { float: (a, b) => a * b, whole: (a, b) => a * b },
  // C's division: towards zero, as BigInt's.
  Div: { float: (a, b) => a / b, whole: (a, b) => a / b },
  Pow: {
    float: (a, b) => a ** b,
    whole: (a, b) => (b < 0n ? BigInt(Math.trunc(Number(a) ** Number(b))) : a ** b),
  },
  // biome-ignore lint/complexity/useMathMinMax: Math.max has no bigints
  Max: { float: Math.max, whole: (a, b) => (a > b ? a : b) },
  // biome-ignore lint/complexity/useMathMinMax: Math.min has no bigints
  Min: { float: Math.min, whole: (a, b) => (a < b ? a : b) },
  Sum: { float: (a, b) => a + b, whole: (a, b) => a + b },
  And: { float: (a, b) => a * b, whole: (a, b) => a & b },
  Or: { float: Math.max, whole: (a, b) => a | b },
  Xor: { float: (a, b) => Math.abs(a - b), whole: (a, b) => a ^ b },
};

/** A remainder with the sign of the divisor, as Python's; with `fmod` that of the dividend, as C's. */
function remainder(fmod: boolean): Operator {
  if (fmod) return { float: (a, b) => a % b, whole: (a, b) => a % b };
  return { float: (a, b) => a - b * Math.floor(a / b), whole: (a, b) => ((a % b) + b) % b };
}

const comparisons: Readonly<Record<string, (a: number | bigint, b: number | bigint) => boolean>> = {
  Equal: (a, b) => a === b,
  Greater: (a, b) => a > b,
  Less: (a, b) => a < b,
  GreaterOrEqual: (a, b) => a >= b,
  LessOrEqual: (a, b) => a <= b,
};

/** Functions of one float that round to the nearest float32 of the exact result, give or take one. */
const floatFunctions: Readonly<Record<string, (x: number) => number>> = {
  Exp: Math.exp,
  Log: Math.log,
  Sqrt: Math.sqrt,
  Reciprocal: (x) => 1 / x,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Round: roundHalfEven,
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Tanh: Math.tanh,
  Sin: Math.sin,
  Cos: Math.cos,
};

/** Functions that whole numbers have as well. */
const anyFunctions: Readonly<Record<string, (x: number) => number>> = {
  Neg: (x) => -x,
  Abs: Math.abs,
  Sign: Math.sign,
  Relu: (x) => Math.max(x, 0),
};

/** The inputs stretched to the result's shape. `undefined` where the node is of a set that stretches otherwise. */
function operands(view: NodeView, { shape }: ValueType): readonly TensorData[] | undefined {
  if (view.opset < 7 && view.node.inputs.some((_, i) => view.shape(i).join() !== shape.join()))
    return undefined;
  return view.node.inputs.flatMap((_, i) => {
    const value = view.constant(i);
    return value === undefined ? [] : [stretchedTo(value, shape)];
  });
}

const dividing = new Set(['Div', 'Mod']);

function binaryRule(name: string, { float, whole }: Operator): FoldRule {
  return (view, [type]) => {
    const values = type && operands(view, type);
    if (type === undefined || values === undefined || values.length === 0) return undefined;
    const allWhole = values.every(({ dtype }) => isInteger(dtype));
    if (
      allWhole &&
      dividing.has(name) &&
      values.slice(1).some(({ data }) => data.some((x) => Number(x) === 0))
    )
      throw view.problem('divides whole numbers by 0');
    // A power of large integers has no bound on its digits.
    if (allWhole && name === 'Pow' && values[1]?.data.some((exponent) => Number(exponent) > 64))
      return undefined;
    const [first, ...rest] = values;
    return [
      storedAs(type, (i) =>
        allWhole
          ? rest.reduce(
              (result, { data }) => whole(result, BigInt(data[i] ?? 0)),
              BigInt(first?.data[i] ?? 0),
            )
          : rest.reduce((result, { data }) => float(result, Number(data[i])), Number(first?.data[i])),
      ),
    ];
  };
}

function comparisonRule(compare: (a: number | bigint, b: number | bigint) => boolean): FoldRule {
  return (view, [type]) => {
    const [a, b] = (type && operands(view, type)) ?? [];
    if (type === undefined || a === undefined || b === undefined) return undefined;
    return [storedAs(type, (i) => Number(compare(a.data[i] ?? 0, b.data[i] ?? 0)))];
  };
}

function unaryRule(apply: (x: number) => number, floatOnly: boolean): FoldRule {
  return (view, [type]) => {
    const value = view.constant(0);
    const fits = value !== undefined && type !== undefined && !(floatOnly && isInteger(value.dtype));
    return fits ? [storedAs(type, (i) => apply(Number(value.data[i])))] : undefined;
  };
}

const clip: FoldRule = (view, [type]) => {
  const value = view.constant(0);
  const bounds = clipBounds(view);
  if (value === undefined || type === undefined || bounds === undefined) return undefined;
  const { min, max } = bounds;
  return [storedAs(type, (i) => Math.min(Math.max(Number(value.data[i]), min), max))];
};

const where: FoldRule = (view, [type]) => {
  const [condition, yes, no] = (type && operands(view, type)) ?? [];
  if (type === undefined || condition === undefined || yes === undefined || no === undefined)
    return undefined;
  return [storedAs(type, (i) => (Number(condition.data[i]) !== 0 ? yes : no).data[i] ?? 0)];
};

const cast: FoldRule = (view, [type]) => {
  const value = view.constant(0);
  return value && type && [storedAs(type, (i) => value.data[i] ?? 0)];
};

function mapped<T>(table: Readonly<Record<string, T>>, make: (entry: T, name: string) => FoldRule) {
  return Object.fromEntries(Object.entries(table).map(([name, entry]) => [name, make(entry, name)]));
}

/** Element by element. */
export const arithmeticFolds: Readonly<Record<string, FoldRule>> = {
  ...mapped(arithmetic, (operator, name) => binaryRule(name, operator)),
  ...mapped(comparisons, comparisonRule),
  ...mapped(floatFunctions, (apply) => unaryRule(apply, true)),
  ...mapped(anyFunctions, (apply) => unaryRule(apply, false)),
  Mod: (view, types) => binaryRule('Mod', remainder(view.flag('fmod')))(view, types),
  Not: unaryRule((x) => (x === 0 ? 1 : 0), false),
  Clip: clip,
  Where: where,
  Cast: cast,
  CastLike: cast,
};
