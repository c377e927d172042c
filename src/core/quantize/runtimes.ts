import { opName } from '../model/graph.ts';
import type { Op } from '../model/types.ts';

/**
 * The first TensorFlow Lite that knows each version of an operator: `KIND v1 v2 …`, a dash where that version is not
 * written by us. Source: TensorFlow Lite, tools/versioning/runtime_version.cc, checked against the files of its converter.
 */
const table = `
ABS 1.13.0 2.4.0 2.5.0
ADD 1.5.0 1.14.0 2.4.0
ARG_MAX 1.9.0 1.14.0
ARG_MIN 1.9.0 1.14.0
ASSIGN_VARIABLE 2.6.0
AVERAGE_POOL_2D 1.5.0 1.14.0 2.3.0
BATCH_MATMUL 2.3.0 2.3.0 2.4.0 2.5.0
BATCH_TO_SPACE_ND 1.6.0 1.14.0 2.8.0 2.12.0
BIDIRECTIONAL_SEQUENCE_LSTM 1.14.0 1.14.0 1.14.0
BIDIRECTIONAL_SEQUENCE_RNN 1.14.0 1.14.0 2.3.0
BROADCAST_TO - 2.5.0 2.5.0
CONCATENATION 1.5.0 1.14.0 2.3.0
CONV_2D 1.5.0 1.14.0 1.14.0 2.3.0 2.4.0 2.9.0 2.11.0 2.15.0
CUMSUM 2.4.0
DEPTHWISE_CONV_2D 1.5.0 1.12.0 1.14.0 2.2.0 2.3.0 2.3.0 2.11.0
DEPTH_TO_SPACE 2.1.0 2.5.0
DEQUANTIZE 1.13.1 1.14.0 1.15.0 2.2.0 2.7.0 2.18.0
DIV 1.6.0 2.3.0
DYNAMIC_UPDATE_SLICE 2.9.0
ELU 1.14.0
EMBEDDING_LOOKUP 1.13.0 1.14.0 1.14.0 2.18.0
EQUAL 1.14.0 1.14.0 2.3.0 2.13.0 2.21.0
EXP 1.7.0 2.12.0
EXPAND_DIMS 1.10.0
FAKE_QUANT 1.5.0 1.10.0
FILL 1.13.0 2.3.0 2.5.0
FLOOR 1.9.0
FULLY_CONNECTED 1.5.0 1.10.0 1.14.0 1.14.0 2.0.0 2.1.0 2.3.0 2.3.0 2.3.0 2.11.0 2.15.0 2.17.0
GATHER 1.6.0 1.14.0 1.15.0 2.4.0 2.5.0
GATHER_ND 1.14.0 2.3.0 2.5.0
GELU 2.9.0 2.9.0
GREATER 1.14.0 1.14.0
GREATER_EQUAL 1.14.0 1.14.0 2.13.0
HARD_SWISH 1.15.0
L2_NORMALIZATION 1.5.0 1.14.0
LEAKY_RELU 1.13.1 2.3.0
LESS 1.14.0 1.14.0 2.13.0
LESS_EQUAL 1.14.0 1.14.0
LOG 1.14.0 2.15.0
LOGISTIC 1.14.0 1.14.0 2.3.0
LOG_SOFTMAX 1.14.0 1.14.0
LSTM 1.7.0 1.10.0 1.14.0 2.3.0
MAXIMUM 1.14.0 1.14.0 2.3.0 2.3.0
MAX_POOL_2D 1.5.0 1.14.0 2.3.0
MEAN 1.6.0 1.14.0 2.4.0
MINIMUM 1.14.0 1.14.0 2.3.0 2.3.0
MIRROR_PAD 1.13.1 2.3.0 2.12.0
MUL 1.5.0 1.14.0 1.15.0 2.3.0
NEG 1.9.0
NOT_EQUAL 1.14.0 1.14.0 2.3.0 2.21.0
PACK 1.11.0 1.14.0 2.3.0
PAD 1.5.0 1.14.0 2.4.0 2.4.0
PADV2 1.9.0 1.14.0 2.4.0 2.6.0
PRELU 1.8.0
QUANTIZE 1.14.0 1.15.0
RANK 1.14.0
READ_VARIABLE 2.6.0
REDUCE_MAX 1.11.0 1.14.0 2.5.0
REDUCE_MIN 1.11.0 1.14.0 2.5.0
REDUCE_PROD 1.11.0 2.6.0
RELU 1.5.0 2.1.0 2.5.0
RELU6 1.5.0 1.14.0 2.5.0
RELU_0_TO_1 2.10.0
RELU_N1_TO_1 1.5.0
RESIZE_BILINEAR 1.7.0 1.14.0 2.2.0 2.5.0
RESIZE_NEAREST_NEIGHBOR 1.13.1 1.14.0 2.3.0 2.4.0
REVERSE_V2 1.14.0 2.2.0 2.5.0
RNN 1.5.0 1.14.0 2.3.0
ROUND 1.14.0
RSQRT 1.10.0 2.5.0 2.15.0
SCATTER_ND 2.1.0
SELECT 1.14.0
SELECT_V2 2.2.0
SHAPE 1.10.0
SIN 1.9.0
SLICE 1.14.0 1.14.0 1.14.0 2.4.0 2.5.0
SOFTMAX 1.5.0 1.14.0 2.3.0
SPACE_TO_BATCH_ND 1.6.0 1.14.0 2.3.0 2.12.0
SPACE_TO_DEPTH 1.5.0 1.14.0
SPLIT 1.5.0 1.14.0 1.14.0 2.3.0
SPLIT_V 1.13.1 2.3.0
SQRT 1.10.0 2.21.0
SQUARE 1.12.0
SQUARED_DIFFERENCE 1.13.1 2.5.0
SQUEEZE 1.6.0
STRIDED_SLICE 1.6.0 1.14.0 2.1.0 2.2.0 2.5.0 2.6.0
SUB 1.6.0 1.14.0 2.3.0 2.4.0 2.4.0
SUM 1.10.0 1.15.0
SVDF 1.5.0 1.14.0 2.2.0 2.3.0
TANH 1.14.0 1.14.0 2.3.0
TILE 1.10.1 2.8.0 2.8.0
TOPK_V2 1.7.0 1.14.0
TRANSPOSE 1.6.0 1.14.0 1.15.0 2.3.0 2.4.0 2.12.0
TRANSPOSE_CONV 1.9.0 2.2.0 2.3.0 2.13.0 2.15.0
UNIDIRECTIONAL_SEQUENCE_LSTM 1.13.1 1.14.0 2.3.0
UNIDIRECTIONAL_SEQUENCE_RNN 1.14.0 1.14.0 2.3.0
UNPACK 1.11.0 1.14.0 2.2.0 2.3.0
VAR_HANDLE 2.6.0
`;

/** Runtimes before this one lack what every model needs. */
const oldest = '1.5.0';

const runtimes: ReadonlyMap<string, readonly string[]> = new Map(
  table
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([kind = '', ...versions]) => [kind, versions]),
);

function isLater(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  const index = left?.findIndex((part, i) => part !== right?.[i]) ?? -1;
  return index >= 0 && (left?.[index] ?? 0) > (right?.[index] ?? 0);
}

/** The oldest runtime that has all of `ops`; versions outside the table do not count. */
export function runtimeVersionOf(ops: readonly Op[]): string {
  return ops.reduce((latest, op) => {
    const version = runtimes.get(opName(op))?.[op.version - 1];
    return version !== undefined && version !== '-' && isLater(version, latest) ? version : latest;
  }, oldest);
}
