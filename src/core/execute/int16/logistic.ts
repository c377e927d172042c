/**
 * LOGISTIC and TANH of int16 values to Q0.15, by one table of the logistic function between 0 and 10.7
 * (tflite/kernels/internal/reference/integer_ops/{logistic,tanh}.h, tables in internal/common.h).
 */
import { roundHalfAway } from '../../model/rounding.ts';

/** Entries of TensorFlow Lite's table that are one above the rounded function. */
const oneAbove = [
  4, 8, 12, 14, 15, 16, 17, 19, 20, 21, 22, 25, 27, 28, 29, 30, 31, 33, 34, 35, 37, 39, 40, 41, 43, 44, 45,
  46, 49, 50, 54, 62, 63, 64, 66, 82, 86, 93, 100, 103, 112, 116, 135, 255,
];

/** logistic(i / 24) in Q0.16. */
const table = Uint16Array.from(
  { length: 256 },
  (_, i) => roundHalfAway(65536 / (1 + Math.exp(-i / 24))) + (oneAbove.includes(i) ? 1 : 0),
);

interface Scaling {
  readonly multiplier: number;
  readonly shift: number;
}

/** The input's scale as steps of 1 / (3 · 4096), with up to 15 bits of fraction. */
function scalingOf(scale: number): Scaling {
  let multiplier = scale * 4096 * 3;
  let shift = 0;
  while (multiplier <= 32767 / 2 && shift <= 30) {
    shift++;
    multiplier *= 2;
  }
  return { multiplier: Math.trunc(multiplier), shift };
}

/** Between the entries `index` and `index + 1`, whose distance has `bits` bits. */
function between(index: number, fraction: number, bits: number): number {
  const low = table[index] as number;
  return low * 2 ** bits + fraction * ((table[index + 1] as number) - low);
}

export function fixedPointLogistic(scale: number): (value: number) => number {
  // A scale of 2^−12 is the table's own, times 3.
  const { multiplier, shift } = scale === 2 ** -12 ? { multiplier: 3, shift: 0 } : scalingOf(scale);
  const half = shift > 0 ? 2 ** (shift - 1) : 0;
  return (value) => {
    const x = Math.floor((value * multiplier + half) / 2 ** shift);
    const magnitude = Math.abs(x);
    const index = Math.floor(magnitude / 512);
    const positive = index >= 255 ? 0x7fff * 1024 : between(index, magnitude % 512, 9);
    const result = x >= 0 ? positive + 512 : 2 ** 25 - positive + 511;
    return Math.floor(result / 1024);
  };
}

export function fixedPointTanh(scale: number): (value: number) => number {
  const { multiplier, half, shift } = tanhScaling(scale);
  return (value) => {
    const x = Math.floor((value * multiplier + half) / 2 ** shift);
    const magnitude = Math.abs(x);
    const index = Math.floor(magnitude / 256);
    const positive = index >= 255 ? 0xffff * 256 : between(index, magnitude % 256, 8);
    const result = x >= 0 ? positive - 2 ** 23 + 128 : -positive + 2 ** 23 + 127;
    return Math.floor(result / 256);
  };
}

function tanhScaling(scale: number): Scaling & { readonly half: number } {
  // Scales of 2^−12 and 2^−11 are the table's own, times 3 and 6.
  if (scale === 2 ** -12 || scale === 2 ** -11) return { multiplier: 3 * 4096 * scale, half: 0, shift: 0 };
  const { multiplier, shift } = scalingOf(scale);
  return { multiplier, half: shift > 0 ? 2 ** (shift - 1) : 0, shift };
}
