/**
 * Float activations as int8, row by row, while running: a row is what shares a scale (an image of a convolution, a row
 * of a matrix). Equals PortableSymmetricQuantizeFloats and PortableAsymmetricQuantizeFloats of
 * tflite/kernels/internal/reference/portable_tensor_utils.cc.
 */
import { clamp, roundHalfAway } from '../../model/rounding.ts';

const f = Math.fround;

/** Rows of floats, quantized: their integers less the row's zero point, so that 0 is 0, and one scale each. */
export interface QuantizedRows {
  readonly values: Int16Array;
  /** float32 */
  readonly scales: Float32Array;
}

function extremes(row: Float32Array): readonly [min: number, max: number] {
  let [min, max] = [0, 0];
  for (const value of row) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return [min, max];
}

/** ±127 at the greatest magnitude. @returns the scale */
function quantizeSymmetric(row: Float32Array, target: Int16Array): number {
  const [min, max] = extremes(row);
  const range = Math.max(-min, max);
  if (range === 0) {
    target.fill(0);
    return 1;
  }
  const inverse = f(127 / range);
  for (let i = 0; i < row.length; i++)
    target[i] = clamp(roundHalfAway(f((row[i] as number) * inverse)), -127, 127);
  return f(range / 127);
}

/** The zero point that errs least at the two ends of the range, in doubles. */
function zeroPointOf(min: number, max: number, scale: number): number {
  const fromMin = -128 - min / scale;
  const fromMax = 127 - max / scale;
  const errorAtMin = 128 + Math.abs(min / scale);
  const errorAtMax = 127 + Math.abs(max / scale);
  return clamp(roundHalfAway(errorAtMin < errorAtMax ? fromMin : fromMax), -128, 127);
}

/** −128 … 127 over the row's range, which includes 0. @returns the scale */
function quantizeAsymmetric(row: Float32Array, target: Int16Array): number {
  const [min, max] = extremes(row);
  if (min === max) {
    target.fill(0);
    return 1;
  }
  const exact = f(max - min) / 255;
  const zeroPoint = zeroPointOf(min, max, exact);
  const scale = f(exact);
  const inverse = f(1 / scale);
  for (let i = 0; i < row.length; i++) {
    const steps = roundHalfAway(f((row[i] as number) * inverse));
    target[i] = clamp(steps + zeroPoint, -128, 127) - zeroPoint;
  }
  return scale;
}

/** Quantizes one row: its integers less the zero point go to `target`. */
export function rowQuantizer(asymmetric: boolean): (row: Float32Array, target: Int16Array) => number {
  return asymmetric ? quantizeAsymmetric : quantizeSymmetric;
}

/** @returns the rows, and the step that fills them from `input` */
export function quantizedRows(
  input: Float32Array,
  count: number,
  asymmetric: boolean,
): { readonly rows: QuantizedRows; readonly step: () => void } {
  const rows = { values: new Int16Array(input.length), scales: new Float32Array(count) };
  const size = input.length / count;
  const quantize = rowQuantizer(asymmetric);
  const step = (): void => {
    for (let row = 0; row < count; row++) {
      const [from, to] = [row * size, (row + 1) * size];
      rows.scales[row] = quantize(input.subarray(from, to), rows.values.subarray(from, to));
    }
  };
  return { rows, step };
}
