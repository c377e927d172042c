import type { AffineValue, OpContext, Value } from '../int8/context.ts';

/** A per-tensor quantized int16 value; symmetric, as all kernels of the 16×8 scheme demand. */
export interface Int16Value extends AffineValue {
  readonly data: Int16Array;
}

/** @throws Problem `model/unsupported-op` for another type, `model/invalid` for a zero point other than 0 */
export function int16(context: OpContext, value: Value): Int16Value {
  const { data, dtype, quant } = value;
  if (!(data instanceof Int16Array)) throw context.unsupported(`on int16 and ${dtype}`);
  const scales = context.scales(value);
  if (scales.length !== 1)
    throw context.unsupported(`on a tensor with ${scales.length} scales ("${value.name}")`);
  if (quant?.zeroPoint.some((zeroPoint) => zeroPoint !== 0))
    throw context.invalid(`int16 tensor "${value.name}" has a zero point that is not 0`);
  return { ...value, data, scale: scales[0] as number, zeroPoint: 0, min: -32768, max: 32767 };
}

export function int16Input(context: OpContext, position: number): Int16Value {
  return int16(context, context.input(position));
}

export function int16Output(context: OpContext): Int16Value {
  return int16(context, context.output());
}
