import { isPresent, tensorAt } from '../model/graph.ts';
import type { Dtype, Graph, KnownOp, Model, Op, Tensor, TensorId } from '../model/types.ts';
import { runtimeVersionOf } from './runtimes.ts';

/**
 * Operator versions for float and quantized use. Source: TensorFlow Lite, tools/versioning/op_version.cc; checked against the
 * versions that TensorFlow's converter writes.
 */

/**
 * `KIND int8 int16`: the version of an all-int8 op, and of one with int16 activations where that is another; 1 for kinds
 * that are not listed. DEPTHWISE_CONV_2D's 5 is not op_version.cc's, which asks for int16 weights as well by mistake: the
 * kernel for 16×8 came with that version.
 */
const table = `
ABS 2 3
ADD 2 3
ARG_MAX 2
ARG_MIN 2
AVERAGE_POOL_2D 2 3
BATCH_MATMUL 2 3
BATCH_TO_SPACE_ND 2 4
BROADCAST_TO 3
CONCATENATION 2 3
CONV_2D 3 8
DEPTHWISE_CONV_2D 3 5
DEPTH_TO_SPACE 2
EQUAL 2 5
EXP 2
FILL 3
FULLY_CONNECTED 4 11
GATHER 2 4
GATHER_ND 1 3
GELU 2
GREATER 2
GREATER_EQUAL 2 3
L2_NORMALIZATION 2
LEAKY_RELU 1 2
LESS 2 3
LESS_EQUAL 2
LOG 2
LOGISTIC 2 3
LOG_SOFTMAX 2
MAXIMUM 2 4
MAX_POOL_2D 2 3
MEAN 2 3
MINIMUM 2 4
MIRROR_PAD 2 3
MUL 2 4
NOT_EQUAL 2 4
PACK 2 3
PAD 2 3
PADV2 2 3
REDUCE_MAX 2 3
REDUCE_MIN 2 3
REDUCE_PROD 2
RELU 2 3
RELU6 2 3
RESIZE_BILINEAR 2 4
RESIZE_NEAREST_NEIGHBOR 2 4
REVERSE_V2 3
RSQRT 2 3
SLICE 2 4
SOFTMAX 2 3
SPACE_TO_BATCH_ND 2 4
SPACE_TO_DEPTH 2
SPLIT 2 4
SPLIT_V 2
SQRT 2
SQUARED_DIFFERENCE 2
STRIDED_SLICE 2
SUB 2 5
SUM 2
SVDF 3
TANH 2 3
TILE 3
TOPK_V2 2
TRANSPOSE 2 5
TRANSPOSE_CONV 2 5
UNPACK 2 4
`;

type IntegerVersions = readonly [int8: number, int16: number];

const integerVersions: ReadonlyMap<string, IntegerVersions> = new Map(
  table
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([kind = '', int8, int16 = int8]) => [kind, [Number(int8), Number(int16)]]),
);

function shapeOf(graph: Graph, id: TensorId | undefined): readonly number[] {
  return isPresent(id) ? tensorAt(graph, id).shape : [];
}

function scaleOf(graph: Graph, id: TensorId | undefined): number {
  return isPresent(id) ? (tensorAt(graph, id).quant?.scale[0] ?? 0) : 0;
}

/** Whether two operands of different shapes, one of them of more than four dimensions, meet. */
function broadcastsBeyond4(op: Op, graph: Graph): boolean {
  const [a, b] = [shapeOf(graph, op.inputs[0]), shapeOf(graph, op.inputs[1])];
  return a.join() !== b.join() && Math.max(a.length, b.length) > 4;
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
    case 'FAKE_QUANT':
      return op.options.narrowRange ? 2 : 1;
    case 'FULLY_CONNECTED':
      if (op.inputs.length === 2) return 6;
      return op.options.keepNumDims ? 5 : 1;
    case 'RESIZE_BILINEAR':
      return op.options.halfPixelCenters ? 3 : 1;
    case 'RESIZE_NEAREST_NEIGHBOR':
      return op.options.halfPixelCenters || op.options.alignCorners ? 3 : 1;
    case 'BROADCAST_TO':
      return 2;
    case 'FILL':
      return isPresent(op.inputs[1]) && tensorAt(graph, op.inputs[1]).dtype === 'bool' ? 2 : 1;
    case 'DIV':
      return broadcastsBeyond4(op, graph) ? 2 : 1;
    case 'MAXIMUM':
    case 'MINIMUM':
    case 'SUB':
      return broadcastsBeyond4(op, graph) ? 3 : 1;
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
      // What is quantized has its versions in the table; anything else keeps the one that its own types and options need.
      return integerVersions.has(op.kind) ? 1 : op.version;
  }
}

/** MUL rescales by s1 · s2 / s_out; the first kernels could only shrink. */
function mulGrows(op: Op, graph: Graph): boolean {
  const [a, b] = op.inputs;
  return scaleOf(graph, a) * scaleOf(graph, b) >= scaleOf(graph, op.outputs[0]);
}

/** Kinds with kernels for uint8 that came later than those for float32. */
const uint8Versions: Readonly<Record<string, number>> = { ABS: 2, GELU: 2, RELU: 2, UNPACK: 2 };

/** Version of a DEQUANTIZE of `tensor`. */
function dequantizeVersion({ dtype, quant }: Tensor): number {
  if (dtype === 'int4') return 6;
  if (dtype === 'int16' || dtype === 'float16') return 3;
  if (dtype !== 'int8') return 1;
  return (quant?.scale.length ?? 1) > 1 ? 5 : 2;
}

/** Version of an op with float activations and the integer constant `weights`. */
function hybridVersion(op: KnownOp, { dtype, quant }: Tensor): number {
  const perChannel = (quant?.scale.length ?? 1) > 1;
  const int4 = dtype === 'int4';
  switch (op.kind) {
    case 'CONV_2D':
      return int4 ? 7 : perChannel ? 5 : 2;
    case 'DEPTHWISE_CONV_2D':
      return perChannel ? 6 : 4;
    case 'FULLY_CONNECTED':
      if (int4 || perChannel) return 12;
      return op.options.asymmetricQuantizeInputs === true ? 9 : 3;
    case 'TRANSPOSE_CONV':
      return 2;
    case 'BATCH_MATMUL':
      return op.options.asymmetricQuantizeInputs === true ? 4 : 1;
    case 'SVDF':
      return op.options.asymmetricQuantizeInputs === true ? 4 : 2;
    case 'LSTM':
      return op.options.asymmetricQuantizeInputs === true ? 4 : 3;
    case 'RNN':
    case 'UNIDIRECTIONAL_SEQUENCE_RNN':
    case 'BIDIRECTIONAL_SEQUENCE_RNN':
    case 'UNIDIRECTIONAL_SEQUENCE_LSTM':
    case 'BIDIRECTIONAL_SEQUENCE_LSTM':
      return op.options.asymmetricQuantizeInputs === true ? 3 : 2;
    default:
      return 1;
  }
}

/** Version of a layer with int8 activations and int4 weights. */
const int4Versions: Readonly<Record<string, number>> = {
  CONV_2D: 7,
  DEPTHWISE_CONV_2D: 7,
  FULLY_CONNECTED: 10,
};

function typeVersion(op: KnownOp, graph: Graph): number {
  const data = [...op.inputs, ...op.outputs].filter(isPresent).map((id) => tensorAt(graph, id));
  const has = (dtype: Dtype) => data.some((tensor) => tensor.dtype === dtype);
  const [int8, int16] = integerVersions.get(op.kind) ?? [1, 1];
  if (has('int16')) return int16;
  const weights = data.find(({ data: bytes, quant }) => bytes !== undefined && quant !== undefined);
  if (has('float32') && weights !== undefined) return hybridVersion(op, weights);
  if (has('int4')) return int4Versions[op.kind] ?? int8;
  if (has('uint8')) return uint8Versions[op.kind] ?? 1;
  if (!has('int8')) return 1;
  return op.kind === 'MUL' && mulGrows(op, graph) ? 3 : int8;
}

/** The smallest version that stands for the op as it is in `graph`. Opaque ops keep theirs. */
function operatorVersion(op: Op, graph: Graph): number {
  if (op.kind === 'OPAQUE') return op.version;
  const [input, output] = [op.inputs[0], op.outputs[0]];
  if (op.kind === 'QUANTIZE') return isPresent(output) && tensorAt(graph, output).dtype === 'int16' ? 2 : 1;
  if (op.kind === 'DEQUANTIZE') return isPresent(input) ? dequantizeVersion(tensorAt(graph, input)) : 1;
  return Math.max(structuralVersion(op, graph), typeVersion(op, graph));
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
