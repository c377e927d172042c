import { allocate, bytesOf, constantOf, elementCount } from '../../model/data.ts';
import { clamp, roundHalfEven } from '../../model/rounding.ts';
import type { Dtype, Quant, Shape, TensorId } from '../../model/types.ts';
import type { Translate } from '../emit.ts';
import { gridOf, integerRanges, quantOf } from '../grid.ts';
import { heldType } from '../held.ts';
import type { Translation } from '../translation.ts';
import { dequantizeWrittenOut, quantizeWrittenOut } from './integers.ts';

export const quantizeLinear: Translate = (view, to) => {
  const x = to.input(view, 0);
  const dtype = heldType(view.scope.values.get(view.node.outputs[0] ?? '')?.dtype ?? 'uint8');
  const quant = quantOf(view);
  if (quant === undefined || integerRanges[dtype] === undefined) return quantizeWrittenOut(view, to);
  if (to.isConstant(x)) return to.define(view, rounded(to, x, { dtype, quant }));
  if (quant.scale.length > 1) return quantizeWrittenOut(view, to);
  to.define(view, to.emit('QUANTIZE', [x], { shape: to.shape(x), dtype, quant, options: {} }));
};

/** A float constant as integers, half to even (ONNX Operators.md, QuantizeLinear). */
function rounded(to: Translation, x: TensorId, { dtype, quant }: { dtype: Dtype; quant: Quant }): TensorId {
  const { shape } = to.tensor(x);
  const value = constantOf(to.tensor(x));
  const slice = sliceOf(shape, quant);
  const [low, high] = integerRanges[dtype] ?? [0, 0];
  const data = allocate(dtype, elementCount(shape));
  value?.data.forEach((real: number | bigint, i: number) => {
    const steps = roundHalfEven(Math.fround(Number(real) / (quant.scale[slice(i)] ?? 1)));
    data[i] = clamp(steps + (quant.zeroPoint[slice(i)] ?? 0), low, high);
  });
  return to.constant({ dtype, shape, data }, { quant });
}

/** Which scale each element has. */
function sliceOf(shape: Shape, { scale, axis }: Quant): (index: number) => number {
  const inner = elementCount(shape.slice(axis + 1));
  return (index) => (scale.length === 1 ? 0 : Math.floor(index / inner) % scale.length);
}

/** A pair of QuantizeLinear and DequantizeLinear on floats, which rounds to a grid: its ends are those of the integers. */
export const fakeQuant: Translate = (view, to) => {
  const x = to.input(view, 0);
  const grid = gridOf(view);
  if (grid === undefined) throw view.problem('rounds to a grid that is not known');
  const options = { ...grid, narrowRange: false };
  to.define(view, to.emit('FAKE_QUANT', [x], { shape: to.shape(x), options }));
};

export const dequantizeLinear: Translate = (view, to) => {
  const x = to.input(view, 0);
  const { dtype, shape, quant: known, data } = to.tensor(x);
  const quant = quantOf(view);
  if (quant !== undefined && data !== undefined) return to.define(view, widened(to, x, quant));
  const held =
    integerRanges[dtype] !== undefined && (known === undefined || (quant && sameQuant(known, quant)));
  if (quant === undefined || !held) return dequantizeWrittenOut(view, to);
  if (known === undefined) to.quantify(x, quant);
  to.define(view, to.emit('DEQUANTIZE', [x], { shape, dtype: 'float32', options: {} }));
};

function sameQuant(a: Quant, b: Quant): boolean {
  return `${a.scale}` === `${b.scale}` && `${a.zeroPoint}` === `${b.zeroPoint}`;
}

/** Stored weights as floats that remember their integers, so that quantizing again does not round them twice. */
function widened(to: Translation, x: TensorId, quant: Quant): TensorId {
  const tensor = to.tensor(x);
  const value = constantOf(tensor);
  if (value === undefined) throw new Error('only constants are widened here');
  const slice = sliceOf(tensor.shape, quant);
  const data = Float32Array.from(
    value.data as Iterable<number | bigint>,
    (q, i) => (Number(q) - (quant.zeroPoint[slice(i)] ?? 0)) * (quant.scale[slice(i)] ?? 0),
  );
  const symmetric = tensor.dtype === 'int8' && quant.zeroPoint.every((zero) => zero === 0);
  const grid = { dtype: tensor.dtype, data: bytesOf(value.data), quant };
  return to.constant({ dtype: 'float32', shape: tensor.shape, data }, symmetric ? { grid } : {});
}
