import type { KnownKind, Op } from '../model/types.ts';
import { conv2d, depthwiseConv2d, transposeConv } from './conv.ts';
import { batchMatMul, fullyConnected } from './dense.ts';
import {
  clip,
  commutative,
  direct,
  gelu,
  type Lower,
  leakyRelu,
  notEqual,
  rsqrt,
  select,
  squaredDifference,
} from './elementwise.ts';
import { concatenation, gather, gatherNd, pack, unpack } from './join.ts';
import type { Lowering } from './lowering.ts';
import { mirrorPad, pad } from './pad.ts';
import { averagePool, maxPool } from './pool.ts';
import { argExtreme, l2Normalization, logSoftmax, reduction, softmax } from './reduce.ts';
import { resizeBilinear, resizeNearest } from './resize.ts';
import { broadcastTo, depthToSpace, reshape, spaceToDepth, tile, transpose } from './shape.ts';
import { reverse, slice, split, stridedSlice } from './slice.ts';

/** Ops of variables that are left for their positions alone (execute/without-variables.ts); one that is read is refused. */
const nothing = (): void => {};

/** Every operator that the float reference runs, and how. */
const table: { readonly [K in KnownKind]?: Lower<K> } = {
  CONV_2D: conv2d,
  DEPTHWISE_CONV_2D: depthwiseConv2d,
  TRANSPOSE_CONV: transposeConv,
  FULLY_CONNECTED: fullyConnected,
  BATCH_MATMUL: batchMatMul,
  AVERAGE_POOL_2D: averagePool,
  MAX_POOL_2D: maxPool,

  ADD: commutative('Add'),
  SUB: direct('Sub'),
  MUL: commutative('Mul'),
  DIV: direct('Div'),
  MAXIMUM: direct('Max'),
  MINIMUM: direct('Min'),
  SQUARED_DIFFERENCE: squaredDifference,
  EQUAL: direct('Equal'),
  NOT_EQUAL: notEqual,
  GREATER: direct('Greater'),
  GREATER_EQUAL: direct('GreaterOrEqual'),
  LESS: direct('Less'),
  LESS_EQUAL: direct('LessOrEqual'),
  SELECT: select,
  SELECT_V2: direct('Where'),

  ABS: direct('Abs'),
  EXP: direct('Exp'),
  LOG: direct('Log'),
  SQRT: direct('Sqrt'),
  RSQRT: rsqrt,
  LOGISTIC: direct('Sigmoid'),
  TANH: direct('Tanh'),
  RELU: direct('Relu'),
  RELU6: clip(0, 6),
  RELU_N1_TO_1: clip(-1, 1),
  RELU_0_TO_1: clip(0, 1),
  LEAKY_RELU: leakyRelu,
  PRELU: direct('PRelu'),
  HARD_SWISH: direct('HardSwish'),
  GELU: gelu,

  MEAN: reduction('ReduceMean'),
  SUM: reduction('ReduceSum'),
  REDUCE_MAX: reduction('ReduceMax'),
  REDUCE_MIN: reduction('ReduceMin'),
  REDUCE_PROD: reduction('ReduceProd'),
  SOFTMAX: softmax,
  LOG_SOFTMAX: logSoftmax,
  L2_NORMALIZATION: l2Normalization,
  ARG_MAX: argExtreme('ArgMax'),
  ARG_MIN: argExtreme('ArgMin'),

  RESHAPE: reshape,
  SQUEEZE: reshape,
  EXPAND_DIMS: reshape,
  TRANSPOSE: transpose,
  BROADCAST_TO: broadcastTo,
  TILE: tile,
  SPACE_TO_DEPTH: spaceToDepth,
  DEPTH_TO_SPACE: depthToSpace,
  RESIZE_BILINEAR: resizeBilinear,
  RESIZE_NEAREST_NEIGHBOR: resizeNearest,
  PAD: pad,
  PADV2: pad,
  MIRROR_PAD: mirrorPad,
  CONCATENATION: concatenation,
  PACK: pack,
  UNPACK: unpack,
  SPLIT: split,
  SPLIT_V: split,
  SLICE: slice,
  STRIDED_SLICE: stridedSlice,
  REVERSE_V2: reverse,
  GATHER: gather,
  GATHER_ND: gatherNd,

  VAR_HANDLE: nothing,
  ASSIGN_VARIABLE: nothing,
  CALL_ONCE: nothing,
};

/** How `op` is lowered; `undefined` for an operator outside the table. */
export function lowererOf(op: Op): ((op: Op, to: Lowering) => void) | undefined {
  // An entry takes the ops of its own kind, which the compiler cannot follow through an index.
  return op.kind === 'OPAQUE' ? undefined : (table[op.kind] as ((op: Op, to: Lowering) => void) | undefined);
}
