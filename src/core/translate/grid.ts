import type { Dtype, Quant } from '../model/types.ts';
import type { NodeView } from '../onnx/node-view.ts';
import { heldType } from './held.ts';

/** What the types of integers hold that a QuantizeLinear makes. */
export const integerRanges: Readonly<Partial<Record<Dtype, readonly [low: number, high: number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
};

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
  const range = integerRanges[dtype];
  const [step, zero = 0] = [quant?.scale[0], quant?.zeroPoint[0]];
  if (step === undefined || range === undefined || quant?.scale.length !== 1) return undefined;
  const [min, max] = range.map((end) => Math.fround((end - zero) * step));
  return min === undefined || max === undefined ? undefined : { min, max, bits: dtype === 'int16' ? 16 : 8 };
}
