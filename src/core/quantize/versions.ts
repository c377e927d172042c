import { isPresent, tensorAt } from '../model/graph.ts';
import type { Graph, KnownOp, Model, Op, Tensor, TensorId } from '../model/types.ts';
import { runtimeVersionOf } from './runtimes.ts';

/**
 * Operator versions for float32 and int8 use. Source: TensorFlow Lite, tools/versioning/op_version.cc; checked against the
 * versions that TensorFlow's converter writes.
 */

/** Version of an all-int8 op where it is not 1, before the conditions of `int8Version`. */
const int8Versions: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    [
      'ABS',
      'ADD',
      'ARG_MAX',
      'ARG_MIN',
      'AVERAGE_POOL_2D',
      'BATCH_MATMUL',
      'BATCH_TO_SPACE_ND',
      'CONCATENATION',
      'DEPTH_TO_SPACE',
      'DEQUANTIZE',
      'EQUAL',
      'EXP',
      'GATHER',
      'GELU',
      'GREATER',
      'GREATER_EQUAL',
      'L2_NORMALIZATION',
      'LESS',
      'LESS_EQUAL',
      'LOG',
      'LOGISTIC',
      'LOG_SOFTMAX',
      'MAXIMUM',
      'MAX_POOL_2D',
      'MEAN',
      'MINIMUM',
      'MIRROR_PAD',
      'MUL',
      'NOT_EQUAL',
      'PACK',
      'PAD',
      'PADV2',
      'REDUCE_MAX',
      'REDUCE_MIN',
      'REDUCE_PROD',
      'RELU',
      'RELU6',
      'RESIZE_BILINEAR',
      'RESIZE_NEAREST_NEIGHBOR',
      'RSQRT',
      'SLICE',
      'SOFTMAX',
      'SPACE_TO_BATCH_ND',
      'SPACE_TO_DEPTH',
      'SPLIT',
      'SPLIT_V',
      'SQRT',
      'SQUARED_DIFFERENCE',
      'STRIDED_SLICE',
      'SUB',
      'SUM',
      'TANH',
      'TOPK_V2',
      'TRANSPOSE',
      'TRANSPOSE_CONV',
      'UNPACK',
    ].map((kind) => [kind, 2]),
  ),
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 3,
  BROADCAST_TO: 3,
  REVERSE_V2: 3,
  TILE: 3,
  FULLY_CONNECTED: 4,
};

function shapeOf(graph: Graph, id: TensorId | undefined): readonly number[] {
  return isPresent(id) ? tensorAt(graph, id).shape : [];
}

function scaleOf(graph: Graph, id: TensorId | undefined): number {
  return isPresent(id) ? (tensorAt(graph, id).quant?.scale[0] ?? 0) : 0;
}

/** Version that the op's options and shapes ask for, whatever its types. */
function structuralVersion(op: KnownOp, graph: Graph): number {
  const input = shapeOf(graph, op.inputs[0]);
  switch (op.kind) {
    case 'CONV_2D':
      return input[3] !== shapeOf(graph, op.inputs[1])[3] ? 6 : 1;
    case 'DEPTHWISE_CONV_2D':
      return op.options.dilationH !== 1 || op.options.dilationW !== 1 ? 2 : 1;
    case 'TRANSPOSE_CONV':
      return op.options.activation !== 'NONE' ? 4 : op.inputs.length > 3 ? 3 : 1;
    case 'FULLY_CONNECTED':
      if (op.inputs.length === 2) return 6;
      return op.options.keepNumDims ? 5 : 1;
    case 'RESIZE_BILINEAR':
      return op.options.halfPixelCenters ? 3 : 1;
    case 'RESIZE_NEAREST_NEIGHBOR':
      return op.options.halfPixelCenters || op.options.alignCorners ? 3 : 1;
    case 'BROADCAST_TO':
      return 2;
    case 'GATHER':
      return op.options.batchDims !== 0 ? 5 : 1;
    case 'TRANSPOSE':
      return input.length > 5 ? 6 : input.length > 4 ? 4 : 1;
    case 'SLICE':
      return input.length > 4 ? 5 : 1;
    case 'STRIDED_SLICE':
      if (op.options.ellipsisMask !== 0 || op.options.newAxisMask !== 0) return 6;
      return input.length > 4 ? 4 : 1;
    case 'SPACE_TO_BATCH_ND':
    case 'BATCH_TO_SPACE_ND':
      return input.length === 4 ? 1 : 3;
    case 'PAD':
    case 'PADV2':
      return input.length > 4 ? 4 : 1;
    default:
      return 1;
  }
}

/** MUL rescales by s1 · s2 / s_out; the first kernels could only shrink. */
function mulGrows(op: Op, graph: Graph): boolean {
  const [a, b] = op.inputs;
  return scaleOf(graph, a) * scaleOf(graph, b) >= scaleOf(graph, op.outputs[0]);
}

function isInt8(tensor: Tensor): boolean {
  return tensor.dtype === 'int8' || tensor.dtype === 'uint8';
}

/** The smallest version that stands for the op as it is in `graph`. Opaque ops keep theirs. */
export function operatorVersion(op: Op, graph: Graph): number {
  if (op.kind === 'OPAQUE') return op.version;
  if (op.kind === 'QUANTIZE') return 1;
  const structural = structuralVersion(op, graph);
  const data = [...op.inputs, ...op.outputs].filter(isPresent).map((id) => tensorAt(graph, id));
  if (!data.some(isInt8)) return structural;
  if (op.kind === 'MUL' && mulGrows(op, graph)) return 3;
  return Math.max(structural, int8Versions[op.kind] ?? 1);
}

/**
 * Sets every op's version. All ops of a kind carry the largest that one of them needs, as TensorFlow writes them.
 */
export function withVersions(graph: Graph): Graph {
  const largest = new Map<string, number>();
  for (const op of graph.ops) {
    largest.set(op.kind, Math.max(largest.get(op.kind) ?? 1, operatorVersion(op, graph)));
  }
  const ops = graph.ops.map((op) =>
    op.kind === 'OPAQUE' ? op : { ...op, version: largest.get(op.kind) ?? 1 },
  );
  return { ...graph, ops };
}

const entryName = 'min_runtime_version';
/** The format keeps the version as ASCII, padded with NUL to 16 bytes. */
const entryBytes = 16;

/** The metadata entry that tells the oldest runtime for all graphs; replaces the one that the float model had. */
export function withRuntimeVersion(model: Model): Model {
  const text = runtimeVersionOf(model.graphs.flatMap((graph) => graph.ops));
  const data = new Uint8Array(entryBytes);
  data.set(Array.from(text, (character) => character.charCodeAt(0)));
  const entry = { name: entryName, data };
  const known = model.metadata.some(({ name }) => name === entryName);
  const metadata = model.metadata.map((old) => (old.name === entryName ? entry : old));
  return { ...model, metadata: known ? metadata : [...metadata, entry] };
}
