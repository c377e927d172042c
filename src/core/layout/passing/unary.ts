import type { KnownKind, Op } from '../../model/types.ts';

/** Ops that make each element of their result of the one element of their operand in the same place. */
const unary = [
  'ABS',
  'CAST',
  'CEIL',
  'COS',
  'DEQUANTIZE',
  'ELU',
  'EXP',
  'FAKE_QUANT',
  'FLOOR',
  'GELU',
  'HARD_SWISH',
  'LEAKY_RELU',
  'LOG',
  'LOGICAL_NOT',
  'LOGISTIC',
  'NEG',
  'QUANTIZE',
  'RELU',
  'RELU6',
  'RELU_0_TO_1',
  'RELU_N1_TO_1',
  'ROUND',
  'RSQRT',
  'SIGN',
  'SIN',
  'SQRT',
  'SQUARE',
  'TANH',
  'ZEROS_LIKE',
] as const satisfies readonly KnownKind[];

export type UnaryKind = (typeof unary)[number];

export function isUnary(kind: Op['kind']): kind is UnaryKind {
  return (unary as readonly Op['kind'][]).includes(kind);
}

export const unaryKinds: readonly UnaryKind[] = unary;
