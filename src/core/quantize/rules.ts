import type { KnownKind, Op } from '../model/types.ts';
import type { Params } from './params.ts';
import type { ActivationType } from './scheme.ts';

/**
 * How one operator becomes int8. Source: TensorFlow's tfl_ops.td (traits SameOperandsAndResultsScale,
 * FixedOutputRangeInterface, AffineOpCoefficient), checked against its converter's output on the golden models.
 */
export interface Rule {
  /** Positions of the data inputs; the others are shapes, axes, indices or conditions and stay as they are. */
  readonly data: readonly number[] | 'all';
  /** Constant weights: their input and the dimension that per-channel scales run along. */
  readonly weights?: { readonly input: number; readonly axis: number };
  /** Input of the int32 bias; scale = input scale · weight scale. `required`: the int8 kernel refuses to run without. */
  readonly bias?: { readonly input: number; readonly required: boolean };
  /** A constant at this input is symmetric and narrow instead of asymmetric. */
  readonly symmetricConstant?: number;
  /** The output's zero point is 0, as the kernel writes the integer 0 for 0.0, and adds integers up as they are. */
  readonly zeroPointZero?: true;
  /** It has states, and all its constants their own forms: see recurrent.ts. */
  readonly recurrent?: true;
  /**
   * own: the calibrated range of each output. same: the input's parameters. join: one set of parameters for all data
   * inputs and the output. fixed: whatever was calibrated. none: outputs are not quantized (bool, int32).
   */
  readonly output: 'own' | 'same' | 'join' | Params | 'none';
}

const unary = (output: Rule['output']): Rule => ({ data: [0], output });
const binary = (output: Rule['output']): Rule => ({ data: [0, 1], output });

const probability: Params = { scale: 1 / 256, zeroPoint: -128 };
const signedUnit: Params = { scale: 1 / 128, zeroPoint: 0 };

const rules: { readonly [K in KnownKind]?: Rule } = {
  CONV_2D: { data: [0], weights: { input: 1, axis: 0 }, bias: { input: 2, required: true }, output: 'own' },
  DEPTHWISE_CONV_2D: {
    data: [0],
    weights: { input: 1, axis: 3 },
    bias: { input: 2, required: true },
    output: 'own',
  },
  TRANSPOSE_CONV: {
    data: [2],
    weights: { input: 1, axis: 0 },
    bias: { input: 3, required: false },
    output: 'own',
  },
  FULLY_CONNECTED: {
    data: [0],
    weights: { input: 1, axis: 0 },
    bias: { input: 2, required: false },
    output: 'own',
  },
  BATCH_MATMUL: binary('own'),

  SVDF: { data: [0], recurrent: true, output: 'own' },
  LSTM: { data: [0], recurrent: true, output: 'own' },
  UNIDIRECTIONAL_SEQUENCE_LSTM: { data: [0], recurrent: true, output: 'own' },

  ADD: binary('own'),
  SUB: binary('own'),
  MUL: binary('own'),
  DIV: binary('own'),
  SQUARED_DIFFERENCE: binary('own'),
  PRELU: { data: [0, 1], symmetricConstant: 1, output: 'own' },

  RELU: unary('own'),
  RELU6: unary('own'),
  RELU_N1_TO_1: unary('own'),
  RELU_0_TO_1: unary('own'),
  LEAKY_RELU: unary('own'),
  HARD_SWISH: unary('own'),
  GELU: unary('own'),
  ABS: unary('own'),
  EXP: unary('own'),
  LOG: unary('own'),
  SQRT: unary('own'),
  RSQRT: unary('own'),
  MEAN: unary('own'),
  SUM: unary('own'),
  REDUCE_PROD: unary('own'),

  LOGISTIC: unary(probability),
  SOFTMAX: unary(probability),
  TANH: unary(signedUnit),
  L2_NORMALIZATION: unary(signedUnit),
  LOG_SOFTMAX: unary({ scale: 16 / 256, zeroPoint: 127 }),

  AVERAGE_POOL_2D: unary('same'),
  MAX_POOL_2D: unary('same'),
  REDUCE_MAX: unary('same'),
  REDUCE_MIN: unary('same'),
  RESHAPE: unary('same'),
  SQUEEZE: unary('same'),
  EXPAND_DIMS: unary('same'),
  TRANSPOSE: unary('same'),
  PAD: unary('same'),
  MIRROR_PAD: unary('same'),
  SLICE: unary('same'),
  STRIDED_SLICE: unary('same'),
  GATHER: unary('same'),
  GATHER_ND: unary('same'),
  TILE: unary('same'),
  BROADCAST_TO: unary('same'),
  REVERSE_V2: unary('same'),
  TOPK_V2: unary('same'),
  RESIZE_BILINEAR: unary('same'),
  RESIZE_NEAREST_NEIGHBOR: unary('same'),
  SPACE_TO_DEPTH: unary('same'),
  DEPTH_TO_SPACE: unary('same'),
  SPACE_TO_BATCH_ND: unary('same'),
  BATCH_TO_SPACE_ND: unary('same'),
  UNPACK: unary('same'),
  SPLIT: { data: [1], output: 'same' },
  SPLIT_V: unary('same'),
  FILL: { data: [1], output: 'same' },
  // Its int8 kernel copies rows as they are stored, so that table and output share one scale.
  EMBEDDING_LOOKUP: { data: [1], output: 'same' },

  CONCATENATION: { data: 'all', output: 'join' },
  PACK: { data: 'all', output: 'join' },
  MAXIMUM: binary('join'),
  MINIMUM: binary('join'),
  PADV2: { data: [0, 2], output: 'join' },
  DYNAMIC_UPDATE_SLICE: binary('join'),
  SCATTER_ND: { data: [1], zeroPointZero: true, output: 'join' },
  SELECT: { data: [1, 2], output: 'join' },
  SELECT_V2: { data: [1, 2], output: 'join' },

  ARG_MAX: unary('none'),
  ARG_MIN: unary('none'),
  READ_VARIABLE: { data: [], output: 'own' },
  ASSIGN_VARIABLE: { data: [1], output: 'none' },

  EQUAL: binary('none'),
  NOT_EQUAL: binary('none'),
  GREATER: binary('none'),
  GREATER_EQUAL: binary('none'),
  LESS: binary('none'),
  LESS_EQUAL: binary('none'),
};

/**
 * Kinds without a 16-bit kernel, or that TensorFlow's quantizer leaves in float there (operator_property.cc). LOG has one,
 * but its table is linear between 513 points, and the interval that begins at 0 gives nonsense.
 */
const notInt16: ReadonlySet<string> = new Set<KnownKind>([
  'ARG_MAX',
  'ARG_MIN',
  'DEPTH_TO_SPACE',
  'DIV',
  'DYNAMIC_UPDATE_SLICE',
  'EMBEDDING_LOOKUP',
  'EQUAL',
  'GREATER',
  'GREATER_EQUAL',
  'HARD_SWISH',
  'L2_NORMALIZATION',
  'LESS',
  'LESS_EQUAL',
  'LOG',
  'LOG_SOFTMAX',
  'LSTM',
  'NOT_EQUAL',
  'PRELU',
  'RELU_0_TO_1',
  'RELU_N1_TO_1',
  'SCATTER_ND',
  'SPACE_TO_DEPTH',
  'SQUARED_DIFFERENCE',
  'SVDF',
  'UNIDIRECTIONAL_SEQUENCE_LSTM',
]);

/**
 * Kinds without a kernel for uint8. Some of LiteRT's kernels do not look at the type and compute nonsense instead of
 * refusing (seen by running each op).
 */
const notUint8: ReadonlySet<string> = new Set<KnownKind>([
  'ABS',
  'BATCH_MATMUL',
  'DYNAMIC_UPDATE_SLICE',
  'EXP',
  'FILL',
  'LOG',
  'LSTM',
  'REDUCE_PROD',
  'RSQRT',
  'SCATTER_ND',
  'SQRT',
  'SQUARED_DIFFERENCE',
  'SVDF',
  'UNIDIRECTIONAL_SEQUENCE_LSTM',
]);

const noKernel: Readonly<Record<ActivationType, ReadonlySet<string>>> = {
  int8: new Set(),
  int16: notInt16,
  uint8: notUint8,
};

/** A fixed output of int8 as another type has it: the same interval. */
function fixedParams({ scale, zeroPoint }: Params, type: ActivationType): Params {
  switch (type) {
    case 'int8':
      return { scale, zeroPoint };
    case 'uint8':
      return { scale, zeroPoint: zeroPoint + 128 };
    case 'int16':
      return { scale: 1 / 32768, zeroPoint: 0 };
    default:
      return type satisfies never;
  }
}

/** The rule of an op's kind for a type of activations; `undefined` for kinds that stay in float. */
export function ruleOf(op: Op, type: ActivationType): Rule | undefined {
  const rule = op.kind === 'OPAQUE' ? undefined : rules[op.kind];
  if (rule === undefined || noKernel[type].has(op.kind)) return undefined;
  return typeof rule.output === 'object' ? { ...rule, output: fixedParams(rule.output, type) } : rule;
}

/** The constant weights of an op that has them: their input and channel dimension, whatever the type. */
export function weightRuleOf(op: Op): Rule['weights'] {
  return op.kind === 'OPAQUE' ? undefined : rules[op.kind]?.weights;
}

/** Whether an op looks at the shape of its input alone, so that the type of its values is all the same. */
export function readsShapeOnly({ kind }: Op): boolean {
  return kind === 'SHAPE' || kind === 'RANK';
}

/** Positions of an op's data inputs. */
export function dataInputs(op: Op, rule: Rule): readonly number[] {
  return rule.data === 'all' ? op.inputs.map((_, position) => position) : rule.data;
}
