import { bytesOf, constantOf, elementCount, floatToHalf } from '../model/data.ts';
import { isPresent, tensorAt } from '../model/graph.ts';
import type { Graph, KnownKind, Op, Tensor, TensorId } from '../model/types.ts';
import type { GraphBuilder } from './builder.ts';
import type { Treatment } from './recipe-rules.ts';
import type { Granularity, WeightBits } from './scheme.ts';
import { type FloatLayer, type QuantizedConstant, quantizeWeights, weightScales } from './weights.ts';

/**
 * Constants of an op that computes in float, stored in fewer bits. hybrid: the kernel takes the integers as they are.
 * widened: a DEQUANTIZE stands between.
 */
export interface StoredWeights {
  readonly access: 'hybrid' | 'widened';
  readonly dtype: 'int8' | 'int4' | 'float16';
  /** Inputs that hold the constants. */
  readonly inputs: readonly number[];
  /** Dimension of per-channel scales; `undefined` for one scale. */
  readonly axis: number | undefined;
}

interface WeightRule {
  readonly inputs: readonly number[];
  /** Channel dimension; `undefined` where kernels know one scale only. */
  readonly axis?: number;
  /** Which int8 weights a kernel takes beside float activations. DEPTHWISE_CONV_2D's reads a scale for each channel. */
  readonly hybrid: Granularity | 'both' | 'none';
  /** Whether that kernel takes int4, too. */
  readonly int4: boolean;
}

/** Kinds whose options say how a hybrid kernel quantizes its activations. */
const recurrent: readonly KnownKind[] = [
  'SVDF',
  'RNN',
  'UNIDIRECTIONAL_SEQUENCE_RNN',
  'BIDIRECTIONAL_SEQUENCE_RNN',
  'LSTM',
  'UNIDIRECTIONAL_SEQUENCE_LSTM',
  'BIDIRECTIONAL_SEQUENCE_LSTM',
];
const withHybridOption: ReadonlySet<string> = new Set<KnownKind>([
  'FULLY_CONNECTED',
  'BATCH_MATMUL',
  ...recurrent,
]);

/** Whole numbers from `first` to `last`. */
function span(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function perTensorHybrid(...inputs: readonly number[]): WeightRule {
  return { inputs, hybrid: 'both', int4: false };
}

/**
 * Weights that dynamic-range quantization stores as int8. Source: TensorFlow, tfl_ops.td (DynamicRangeQuantizedOpInterface),
 * prepare_quantize_dynamic_range.cc and quantize_weights.cc; per-channel where its files have it.
 */
const weightRules: { readonly [K in KnownKind]?: WeightRule } = {
  CONV_2D: { inputs: [1], axis: 0, hybrid: 'both', int4: true },
  DEPTHWISE_CONV_2D: { inputs: [1], axis: 3, hybrid: 'per-channel', int4: false },
  FULLY_CONNECTED: { inputs: [1], axis: 0, hybrid: 'both', int4: true },
  TRANSPOSE_CONV: { inputs: [1], axis: 0, hybrid: 'both', int4: false },
  BATCH_MATMUL: perTensorHybrid(1),
  EMBEDDING_LOOKUP: perTensorHybrid(1),
  SVDF: perTensorHybrid(1, 2),
  RNN: perTensorHybrid(1, 2),
  UNIDIRECTIONAL_SEQUENCE_RNN: perTensorHybrid(1, 2),
  BIDIRECTIONAL_SEQUENCE_RNN: perTensorHybrid(1, 2, 4, 5, 6, 8, 9, 10, 11),
  LSTM: perTensorHybrid(...span(1, 11), 16),
  UNIDIRECTIONAL_SEQUENCE_LSTM: perTensorHybrid(...span(1, 11), 16),
  BIDIRECTIONAL_SEQUENCE_LSTM: perTensorHybrid(...span(1, 11), 16, ...span(18, 28), 33, ...span(40, 47)),
  GATHER: { inputs: [0], hybrid: 'none', int4: false },
};

/** Whether an input is there and holds float32 values that the file has. */
export function isFloatConstant(graph: Graph, id: TensorId | undefined): id is TensorId {
  if (!isPresent(id)) return false;
  const { dtype, data } = tensorAt(graph, id);
  return dtype === 'float32' && data !== undefined;
}

function halves(graph: Graph, op: Op): StoredWeights | undefined {
  const inputs = op.inputs.flatMap((id, position) => (isFloatConstant(graph, id) ? [position] : []));
  return inputs.length === 0 ? undefined : { access: 'widened', dtype: 'float16', inputs, axis: undefined };
}

/**
 * How an op's weights are stored under dynamic-range, weights-only or float16.
 * @returns a text that says why they stay float, `undefined` for an op without any.
 */
export function storedWeightsOf(
  graph: Graph,
  op: Op,
  { scheme, weights, weightBits, minElements }: Treatment,
): StoredWeights | string | undefined {
  if (scheme === 'float16') return halves(graph, op);
  const rule = op.kind === 'OPAQUE' ? undefined : weightRules[op.kind];
  const inputs = rule?.inputs.filter((position) => isPresent(op.inputs[position])) ?? [];
  if (rule === undefined || inputs.length === 0) return undefined;
  const tensors = inputs.map((position) => tensorAt(graph, op.inputs[position] as TensorId));
  if (!tensors.every(({ dtype, data }) => dtype === 'float32' && data !== undefined))
    return 'its weights are not float constants';
  // Kernels want all weights of an op in one type, so that the largest decides for all.
  if (Math.max(...tensors.map(({ shape }) => elementCount(shape))) < minElements)
    return `its weights have fewer than ${minElements.toLocaleString('en')} elements`;
  const hybrid = scheme === 'dynamic-range' && (rule.hybrid === 'both' || rule.hybrid === weights);
  const dtype = weightBits === 4 && (rule.int4 || !hybrid) ? 'int4' : 'int8';
  const axis = weights === 'per-channel' ? rule.axis : undefined;
  return { access: hybrid ? 'hybrid' : 'widened', dtype, inputs, axis };
}

function stored(
  tensor: Tensor,
  { dtype, axis }: StoredWeights,
): QuantizedConstant | Pick<Tensor, 'dtype' | 'data'> {
  const values = constantOf(tensor)?.data as Float32Array;
  if (dtype === 'float16') return { dtype, data: bytesOf(Uint16Array.from(values, floatToHalf)) };
  const { grid } = tensor;
  if (grid !== undefined && dtype === 'int8') return { ...grid };
  const bits: WeightBits = dtype === 'int8' ? 8 : 4;
  const layer: FloatLayer = { shape: tensor.shape, weights: values, axis, bits };
  return quantizeWeights(layer, weightScales(layer), 'quotient');
}

/** Writes an op that computes in float with the constants stored as `plan` says; `op` with float activations already. */
export function emitWithStoredWeights(
  builder: GraphBuilder,
  op: Op,
  { plan, asymmetric }: { readonly plan: StoredWeights; readonly asymmetric: boolean },
): void {
  const inputs = op.inputs.map((id, position) => {
    if (!plan.inputs.includes(position)) return id;
    const place = builder.placeConstant(id, stored(builder.tensorBefore(id), plan));
    return plan.access === 'hybrid' ? place : builder.widened(place);
  });
  const hybrid = plan.access === 'hybrid' && withHybridOption.has(op.kind);
  const options = hybrid ? { ...op.options, asymmetricQuantizeInputs: asymmetric } : op.options;
  builder.emit({ ...op, inputs, options } as Op);
}
