import { tensorAt } from '../../model/graph.ts';
import type { Graph, KnownKind, Op, OpOf, TensorId } from '../../model/types.ts';
import { concatenation, gather, pack, reduction, unpack, withAxes } from './along-axis.ts';
import { elementwise, overLast, select } from './elementwise.ts';
import { type Features, flatten } from './features.ts';
import { type Passing, Site } from './passage.ts';
import { reshape } from './reshape.ts';
import { unaryKinds } from './unary.ts';
import { broadcastTo, perDimension, stridedSlice } from './windows.ts';

type Entry<K extends KnownKind> = (site: Site<OpOf<K>>, features: Features) => Passing | undefined;

const reduced = (site: Site<OpOf<'MEAN' | 'SUM' | 'REDUCE_MAX' | 'REDUCE_MIN' | 'REDUCE_PROD'>>) =>
  reduction(site, site.op.options.keepDims);
const argument = (site: Site) => reduction(site, false);

const reshaped = (site: Site<OpOf<'RESHAPE' | 'SQUEEZE' | 'EXPAND_DIMS'>>, features: Features) => {
  const width = features.get(site.op.outputs[0] as TensorId);
  return width === undefined ? reshape(site) : flatten(site, width);
};

const unary = Object.fromEntries(unaryKinds.map((kind) => [kind, elementwise]));

/**
 * How orders of dimensions go through each kind of op. A kind that is not listed is bound to its order: convolutions,
 * pooling, RESIZE_* and blocks, to NHWC; the others, because no order was needed so far.
 */
export const passingTable: { readonly [K in KnownKind]?: Entry<K> } = {
  ...unary,
  ADD: elementwise,
  SUB: elementwise,
  MUL: elementwise,
  DIV: elementwise,
  ADD_N: elementwise,
  MAXIMUM: elementwise,
  MINIMUM: elementwise,
  SQUARED_DIFFERENCE: elementwise,
  POW: elementwise,
  FLOOR_DIV: elementwise,
  FLOOR_MOD: elementwise,
  EQUAL: elementwise,
  NOT_EQUAL: elementwise,
  GREATER: elementwise,
  GREATER_EQUAL: elementwise,
  LESS: elementwise,
  LESS_EQUAL: elementwise,
  LOGICAL_AND: elementwise,
  LOGICAL_OR: elementwise,
  PRELU: elementwise,
  SELECT: select,
  SELECT_V2: elementwise,

  SOFTMAX: overLast,
  LOG_SOFTMAX: overLast,
  L2_NORMALIZATION: overLast,
  TOPK_V2: overLast,
  FULLY_CONNECTED: (site) => (site.op.options.keepNumDims ? overLast(site) : undefined),

  MEAN: reduced,
  SUM: reduced,
  REDUCE_MAX: reduced,
  REDUCE_MIN: reduced,
  REDUCE_PROD: reduced,
  ARG_MAX: argument,
  ARG_MIN: argument,

  CONCATENATION: concatenation,
  PACK: pack,
  UNPACK: unpack,
  GATHER: gather,
  SPLIT: withAxes(1, 0),
  SPLIT_V: withAxes(0, 2),
  REVERSE_V2: withAxes(0, 1),
  CUMSUM: withAxes(0, 1),

  PAD: perDimension([1]),
  PADV2: perDimension([1]),
  MIRROR_PAD: perDimension([1]),
  SLICE: perDimension([1, 2]),
  TILE: perDimension([1]),
  STRIDED_SLICE: stridedSlice,
  BROADCAST_TO: broadcastTo,

  RESHAPE: reshaped,
  SQUEEZE: reshaped,
  EXPAND_DIMS: reshaped,
};

/** How orders go through `op`; `undefined` where it is bound to the order that it has. */
export function passingOf(op: Op, graph: Graph, features: Features): Passing | undefined {
  if (op.kind === 'OPAQUE' || op.intermediates !== undefined) return undefined;
  if (op.inputs.some((id) => id >= 0 && tensorAt(graph, id).isVariable === true)) return undefined;
  // An entry takes the ops of its own kind, which the compiler cannot follow through an index.
  const entry = passingTable[op.kind] as Entry<KnownKind> | undefined;
  return entry?.(new Site(op as never, graph), features);
}
