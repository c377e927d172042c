import { unknownBuiltinCode } from '../model/graph.ts';
import { type Cell, fallback, missing, native, setOf, type Target } from './target.ts';
import { type Arithmetic, hasInt4, type OpView } from './view.ts';

/** Operators that no LiteRT build registers by itself. */
function isForeign(kind: string): boolean {
  return kind.startsWith('CUSTOM:') || unknownBuiltinCode(kind) !== undefined;
}

/** Integers that these kernels refuse, or take for other numbers: what each kernel's Prepare and Eval ask of types. */
const litertFloatOnly = setOf('CEIL COS CUMSUM FLOOR LOCAL_RESPONSE_NORMALIZATION ROUND SIN SQUARE');
const litertLacks: Readonly<Partial<Record<Arithmetic, ReadonlySet<string>>>> = {
  int8: litertFloatOnly,
  uint8: new Set([
    ...litertFloatOnly,
    ...setOf('ABS BATCH_MATMUL ELU EXP LOG RSQRT SQRT SQUARED_DIFFERENCE'),
  ]),
  int16: new Set([
    ...litertFloatOnly,
    ...setOf(`
      DEPTH_TO_SPACE DIV ELU HARD_SWISH L2_NORMALIZATION LOG_SOFTMAX PRELU RELU_0_TO_1 RELU_N1_TO_1 SPACE_TO_DEPTH
      SQUARED_DIFFERENCE`),
  ]),
};

function assessLitert({ kind, arithmetic }: OpView): Cell {
  if (isForeign(kind)) return missing('the application has to register this custom operator');
  return litertLacks[arithmetic]?.has(kind) === true ? missing(`there is no ${arithmetic} kernel`) : native;
}

/** LiteRT's own kernels on the CPU, without a delegate. */
export const litert: Target = {
  id: 'litert',
  title: 'LiteRT CPU',
  source: 'LiteRT, core/kernels/register.cc and the kernels’ types',
  assess: assessLitert,
};

/** What the delegate takes: xnnpack_delegate.cc. */
const xnnpackInt8 = setOf(`
  ADD SUB MUL BATCH_MATMUL CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE SPACE_TO_DEPTH EXPAND_DIMS
  FULLY_CONNECTED MAX_POOL_2D MEAN SUM REDUCE_MAX REDUCE_MIN PAD RESHAPE RESIZE_BILINEAR SLICE STRIDED_SLICE SPLIT
  TRANSPOSE TRANSPOSE_CONV LOGISTIC TANH ELU LEAKY_RELU QUANTIZE DEQUANTIZE`);
const xnnpackFloat = setOf(`
  ABS ADD AVERAGE_POOL_2D BATCH_MATMUL CEIL CONCATENATION CONV_2D DEPTH_TO_SPACE DEPTHWISE_CONV_2D DIV ELU EXPAND_DIMS
  FLOOR FULLY_CONNECTED HARD_SWISH LEAKY_RELU LOGISTIC MAX_POOL_2D MAXIMUM MEAN MINIMUM MUL NEG PAD PRELU RELU RELU6
  RELU_N1_TO_1 RESHAPE RESIZE_BILINEAR ROUND SLICE SOFTMAX SPACE_TO_DEPTH SPLIT SQRT SQUARE SQUARED_DIFFERENCE
  STRIDED_SLICE SUB SUM TANH TRANSPOSE TRANSPOSE_CONV QUANTIZE DEQUANTIZE`);
const xnnpackHybrid = setOf('CONV_2D FULLY_CONNECTED TRANSPOSE_CONV BATCH_MATMUL');

function takenByXnnpack({ kind, arithmetic }: OpView): boolean {
  switch (arithmetic) {
    case 'int8':
    case 'uint8':
      return xnnpackInt8.has(kind);
    case 'float':
      return xnnpackFloat.has(kind);
    case 'hybrid':
      return xnnpackHybrid.has(kind);
    case 'widening':
      return true;
    case 'int16':
      return false;
    default:
      return arithmetic satisfies never;
  }
}

/** The delegate that LiteRT applies by itself; LiteRT's own kernels run what it does not take. */
export const xnnpack: Target = {
  id: 'xnnpack',
  title: 'XNNPACK',
  source: 'LiteRT, delegates/xnnpack/xnnpack_delegate.cc',
  assess: (view) => {
    const plain = assessLitert(view);
    if (plain.verdict !== 'native' || takenByXnnpack(view)) return plain;
    return fallback(`the delegate does not take it in ${view.arithmetic}; LiteRT’s own kernel runs it`);
  },
};

/** Kinds that TensorFlow Lite Micro registers, with the arithmetic that each kernel has beside float. */
const microInt8 = setOf(`
  ABS ADD ARG_MAX ARG_MIN AVERAGE_POOL_2D BATCH_MATMUL BATCH_TO_SPACE_ND BROADCAST_TO CONCATENATION CONV_2D
  DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE DIV DYNAMIC_UPDATE_SLICE ELU EQUAL EXPAND_DIMS FILL FULLY_CONNECTED GATHER
  GATHER_ND GREATER GREATER_EQUAL HARD_SWISH L2_NORMALIZATION LEAKY_RELU LESS LESS_EQUAL LOGISTIC LOG_SOFTMAX MAXIMUM
  MAX_POOL_2D MEAN MINIMUM MIRROR_PAD MUL NOT_EQUAL PACK PAD PADV2 PRELU QUANTIZE REDUCE_MAX REDUCE_MIN RELU RELU6
  RESHAPE RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR REVERSE_V2 RSQRT SELECT_V2 SHAPE SLICE SOFTMAX SPACE_TO_BATCH_ND
  SPACE_TO_DEPTH SPLIT SPLIT_V SQUARED_DIFFERENCE SQUEEZE STRIDED_SLICE SUB SUM SVDF TANH TRANSPOSE TRANSPOSE_CONV
  UNIDIRECTIONAL_SEQUENCE_LSTM UNPACK`);
/** Registered too, and without any arithmetic: a variable's values are copied, a handle is not even that. */
const microVariables = setOf('ASSIGN_VARIABLE CALL_ONCE READ_VARIABLE VAR_HANDLE');
const microFloatOnly = setOf('CEIL COS CUMSUM EXP FLOOR FLOOR_DIV FLOOR_MOD LOG NEG ROUND SIN SQRT SQUARE');
const microInt16 = setOf(`
  ADD AVERAGE_POOL_2D BATCH_MATMUL CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEQUANTIZE EXPAND_DIMS FULLY_CONNECTED
  LEAKY_RELU LOGISTIC MAX_POOL_2D MEAN MUL PACK PAD PADV2 QUANTIZE RELU RELU6 RESHAPE SLICE SOFTMAX SPLIT SPLIT_V SQUEEZE
  STRIDED_SLICE SUB SUM TANH TRANSPOSE TRANSPOSE_CONV UNIDIRECTIONAL_SEQUENCE_LSTM UNPACK`);

function assessMicro(view: OpView): Cell {
  const { kind, arithmetic } = view;
  if (isForeign(kind)) return missing('the application has to register this custom operator');
  if (microVariables.has(kind)) return native;
  switch (arithmetic) {
    case 'int8':
      if (hasInt4(view) && kind === 'TRANSPOSE_CONV') return missing('its kernel knows no int4 weights');
      return microInt8.has(kind) ? native : missing('there is no int8 kernel');
    case 'int16':
      return microInt16.has(kind) ? native : missing('there is no 16-bit kernel');
    case 'uint8':
      return missing('kernels for uint8 were removed; quantize to int8');
    case 'hybrid':
      return missing('there are no kernels for float activations with integer weights');
    case 'widening':
      return missing('its DEQUANTIZE takes no stored constants of this type');
    case 'float':
      return microInt8.has(kind) || microFloatOnly.has(kind)
        ? fallback('it computes in float, which is slow without a floating-point unit')
        : missing('there is no kernel');
    default:
      return arithmetic satisfies never;
  }
}

/** TensorFlow Lite Micro with its reference kernels. */
export const tflm: Target = {
  id: 'tflm',
  title: 'TFLite Micro',
  source: 'tflite-micro, micro/kernels',
  assess: assessMicro,
};

/** Kernels in micro/kernels/cmsis_nn. */
const cmsisInt8 = setOf(`
  ADD AVERAGE_POOL_2D BATCH_MATMUL CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED MAXIMUM MAX_POOL_2D MINIMUM MUL PAD SOFTMAX
  SVDF TRANSPOSE TRANSPOSE_CONV UNIDIRECTIONAL_SEQUENCE_LSTM`);
const cmsisInt16 = setOf(`
  ADD AVERAGE_POOL_2D BATCH_MATMUL CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED MAX_POOL_2D MUL SOFTMAX
  UNIDIRECTIONAL_SEQUENCE_LSTM`);

/** TensorFlow Lite Micro with the kernels of CMSIS-NN in place of its own where there are any. */
export const cmsisNn: Target = {
  id: 'cmsis-nn',
  title: 'CMSIS-NN',
  source: 'tflite-micro, micro/kernels/cmsis_nn',
  assess: (view) => {
    const plain = assessMicro(view);
    const { kind, arithmetic } = view;
    if (plain.verdict !== 'native') return plain;
    const fast = arithmetic === 'int16' ? cmsisInt16 : cmsisInt8;
    return fast.has(kind)
      ? native
      : fallback('it has no kernel in CMSIS-NN; TFLite Micro’s plain one runs it');
  },
};
