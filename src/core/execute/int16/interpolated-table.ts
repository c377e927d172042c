/**
 * Functions of an int16 value as TensorFlow Lite computes them: 512 steps over the input's range and a straight line in
 * between (LUTPopulateInt16 and LUTLookup of tflite/kernels/internal/common.h).
 */
import { clamp, roundHalfAway } from '../../model/rounding.ts';

const STEPS = 512;
const INT16_MAX = 2 ** 15 - 1;
const INT16_MIN = -(2 ** 15);

interface Affine {
  readonly scale: number;
  readonly zeroPoint: number;
}

export interface TableOptions {
  readonly input: Affine;
  readonly output: Affine;
  /** Rounds after every operation; `Math.fround` where TensorFlow Lite builds the table in float32. */
  readonly round: (x: number) => number;
}

/**
 * The function at the start of each step, shifted by half of the error that a straight line makes at the middle, and at
 * the end of the last.
 */
export function interpolatedTable(
  f: (x: number) => number,
  { input, output, round }: TableOptions,
): Int16Array {
  const bound = ({ scale, zeroPoint }: Affine, limit: number): number => round(scale * (limit - zeroPoint));
  const [inputMin, inputMax] = [bound(input, INT16_MIN), bound(input, INT16_MAX)];
  const range = round(bound(output, INT16_MAX) - bound(output, INT16_MIN));
  const inverseScale = round(2 ** 16 / range);
  const step = round(round(inputMax - inputMin) / STEPS);
  const halfStep = round(step / 2);
  const at = (i: number): number => round(inputMin + round(i * step));
  const scaled = (x: number): number => round(round(f(x)) * inverseScale);
  const table = new Int16Array(STEPS + 1);
  for (let i = 0; i < STEPS; i++) {
    const sample = roundHalfAway(scaled(at(i)));
    const line = roundHalfAway(round(round(scaled(at(i + 1)) + sample) / 2));
    const middle = roundHalfAway(scaled(round(at(i) + halfStep)));
    const bias = roundHalfAway(round(line - middle) / 2);
    table[i] = clamp(sample - bias, INT16_MIN, INT16_MAX);
  }
  table[STEPS] = clamp(roundHalfAway(scaled(inputMax)), INT16_MIN, INT16_MAX);
  return table;
}

/** The table's value for a stored int16. */
export function interpolate(table: Int16Array, value: number): number {
  const index = 256 + (value >> 7);
  const base = table[index] as number;
  // The slope is an int16 too, and wraps.
  const slope = (((table[index + 1] as number) - base) << 16) >> 16;
  const result = base + ((slope * (value & 127) + 64) >> 7);
  return (result << 16) >> 16;
}
