import { Problem } from '../problem.ts';

/**
 * What becomes of an op.
 *
 * - int8, int16x8, uint8: it computes in integers. int16x8 has int16 activations and int8 weights; uint8 is the asymmetric
 *   scheme of TensorFlow's first quantizer (toco).
 * - dynamic-range: int8 weights, float activations that the kernel quantizes row by row while it runs (a hybrid kernel).
 * - weights-only: int8 weights that a DEQUANTIZE widens before the op, which computes in float.
 * - float16: float16 constants that a DEQUANTIZE widens.
 * - float: left as it is.
 */
export type Scheme = 'float' | 'int8' | 'int16x8' | 'uint8' | 'dynamic-range' | 'weights-only' | 'float16';

export const schemes: readonly Scheme[] = [
  'int8',
  'int16x8',
  'uint8',
  'dynamic-range',
  'weights-only',
  'float16',
  'float',
];

/** per-channel: one weight scale per output channel. per-tensor: one for all. */
export type Granularity = 'per-channel' | 'per-tensor';
export type WeightBits = 8 | 4;

/** Element type of activations that are computed with as integers. */
export type ActivationType = 'int8' | 'int16' | 'uint8';

/** The integer type that activations have under a scheme; `undefined` where they stay float. */
export function activationTypeOf(scheme: Scheme): ActivationType | undefined {
  switch (scheme) {
    case 'int8':
    case 'uint8':
      return scheme;
    case 'int16x8':
      return 'int16';
    case 'float':
    case 'dynamic-range':
    case 'weights-only':
    case 'float16':
      return undefined;
    default:
      return scheme satisfies never;
  }
}

/** @throws Problem `recipe/invalid` naming the field. */
export function refuseField(field: string, value: unknown, expected: string): never {
  throw new Problem(
    'recipe/invalid',
    `The recipe's “${field}” is ${JSON.stringify(value)}; expected ${expected}.`,
    { field, value },
  );
}

/** A check that `value` is one of `known`, which reads as the type it has then. */
export function oneOf<T extends string | number | boolean>(
  known: readonly T[],
): (value: unknown, field: string) => T {
  return (value, field) =>
    known.find((candidate) => candidate === value) ?? refuseField(field, value, known.join(', '));
}

/** @throws Problem `recipe/invalid` for anything but a whole number from 0. */
export function parseCount(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    refuseField(field, value, 'a whole number from 0');
  return value;
}
