import { integerLimits, isQuantizedDtype } from '../model/quantized-values.ts';
import type { Quant } from '../model/types.ts';
import type { NodeView } from '../onnx/node-view.ts';
import { heldType } from './held.ts';

/** Scale and zero point of a QuantizeLinear or DequantizeLinear that TFLite can hold in a tensor; `undefined` for others. */
export function quantOf(view: NodeView): Quant | undefined {
  const [scale, zeroPoint] = [view.constant(1), view.constant(2)];
  const blocks = (view.int('block_size') ?? 0) !== 0;
  if (scale === undefined || (view.has(2) && zeroPoint === undefined) || blocks) return undefined;
  const scales = Float32Array.from(scale.data as Float32Array);
  const zeros = Int32Array.from(scales, (_, i) => Number(zeroPoint?.data[i] ?? 0));
  const rank = view.shape(0).length;
  const axis = view.int('axis') ?? 1;
  return { scale: scales, zeroPoint: zeros, axis: scales.length === 1 ? 0 : axis < 0 ? axis + rank : axis };
}

/** The reals that a QuantizeLinear with one scale keeps apart. */
export interface Grid {
  readonly min: number;
  readonly max: number;
  readonly bits: number;
}

export function gridOf(view: NodeView): Grid | undefined {
  const quant = quantOf(view);
  const dtype = heldType(view.constant(2)?.dtype ?? 'uint8');
  const [step, zero = 0] = [quant?.scale[0], quant?.zeroPoint[0]];
  if (step === undefined || !isQuantizedDtype(dtype) || quant?.scale.length !== 1) return undefined;
  const [low, high] = integerLimits[dtype];
  const real = (q: number) => Math.fround((q - zero) * step);
  return { min: real(low), max: real(high), bits: dtype === 'int16' ? 16 : 8 };
}
