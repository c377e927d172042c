import { bytesOf, constantOf } from '../../model/data.ts';
import { dequantizedValues, isQuantizedDtype, quantizedHalfEven } from '../../model/quantized-values.ts';
import type { Quant, TensorId } from '../../model/types.ts';
import type { Translate } from '../emit.ts';
import { gridOf, quantOf } from '../grid.ts';
import { heldType } from '../held.ts';
import type { Translation } from '../translation.ts';
import { dequantizeWrittenOut, quantizeWrittenOut } from './integers.ts';

export const quantizeLinear: Translate = (view, to) => {
  const x = to.input(view, 0);
  const dtype = heldType(view.scope.values.get(view.node.outputs[0] ?? '')?.dtype ?? 'uint8');
  const quant = quantOf(view);
  if (quant === undefined || !isQuantizedDtype(dtype)) return quantizeWrittenOut(view, to);
  const constant = constantOf(to.tensor(x));
  if (constant !== undefined)
    return to.define(view, to.constant(quantizedHalfEven(constant, { dtype, quant }), { quant }));
  if (quant.scale.length > 1) return quantizeWrittenOut(view, to);
  to.define(view, to.emit('QUANTIZE', [x], { shape: to.shape(x), dtype, quant, options: {} }));
};

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
  const held = isQuantizedDtype(dtype) && (known === undefined || (quant && sameQuant(known, quant)));
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
  const data = dequantizedValues(value, quant);
  const symmetric = tensor.dtype === 'int8' && quant.zeroPoint.every((zero) => zero === 0);
  const grid = { dtype: tensor.dtype, data: bytesOf(value.data), quant };
  return to.constant({ dtype: 'float32', shape: tensor.shape, data }, symmetric ? { grid } : {});
}
