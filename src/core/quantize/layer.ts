import { constantOf } from '../model/data.ts';
import { isPresent } from '../model/graph.ts';
import type { Op, Tensor, TensorId } from '../model/types.ts';
import type { GraphBuilder } from './builder.ts';
import { quantizeOperand } from './constants.ts';
import { biasMax } from './params.ts';
import type { Treatment } from './recipe-rules.ts';
import type { Rule } from './rules.ts';
import type { ActivationType } from './scheme.ts';
import {
  type FloatBias,
  type FloatLayer,
  type LayerScales,
  layerScales,
  olderLayerScales,
  type QuantizedConstant,
  quantizeBias,
  quantizeWeights,
  withEnlargedChannels,
} from './weights.ts';

function floats(tensor: Tensor): Float32Array {
  return constantOf(tensor)?.data as Float32Array;
}

/** Kinds with kernels for int4 weights beside each type of activations. */
const int4Kinds: Readonly<Record<ActivationType, ReadonlySet<string>>> = {
  int8: new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED']),
  int16: new Set(['CONV_2D', 'FULLY_CONNECTED']),
  uint8: new Set(),
};

/** Whether the kernel of a layer takes int4 weights beside activations of that type. */
export function takesInt4(op: Op, type: ActivationType): boolean {
  return int4Kinds[type].has(op.kind);
}

/** A layer's op with integer weights and bias in `builder`, and which channels' weight scales the bias enlarged. */
export interface QuantizedLayer {
  readonly inputs: readonly TensorId[];
  readonly enlarged: readonly number[];
}

interface LayerContext {
  readonly builder: GraphBuilder;
  readonly treatment: Treatment;
  /** The op's inputs with the data as integers already. */
  readonly inputs: readonly TensorId[];
  /** Scale of that data. */
  readonly inputScale: number;
  readonly biasType: 'int32' | 'int64';
}

/** Puts the bias at `id`, or appends one of zeros where the kernel refuses to run without. */
function biasInput(
  id: TensorId | undefined,
  required: boolean,
  {
    builder,
    name,
    bias,
    count,
  }: { builder: GraphBuilder; name: string; bias: QuantizedConstant; count: number },
): TensorId | undefined {
  if (isPresent(id)) return builder.placeConstant(id, bias);
  if (!required) return id;
  return builder.append({ name: `${name}_bias`, shape: [count], ...bias });
}

/**
 * uint8 weights have a zero point as activations have; all others are symmetric. Where the bias would not fit, their step
 * grows as that of int8 weights does.
 */
function uint8Weights(tensor: Tensor, { values, inputScale }: FloatBias): Weights {
  const fitting = quantizeOperand(tensor, 'uint8');
  const largest = values?.reduce((most, value) => Math.max(most, Math.abs(value)), 0) ?? 0;
  const enlarge = largest / ((fitting.quant.scale[0] ?? 0) * inputScale) > biasMax;
  const params = { scale: Math.fround(largest / biasMax / inputScale), zeroPoint: 128 };
  const weights = enlarge ? quantizeOperand(tensor, 'uint8', params) : fitting;
  const { scale } = weights.quant;
  const bias = scale.map((step) => step * inputScale);
  return { weights, scales: { weights: scale, bias, enlarged: enlarge ? [0] : [] } };
}

interface Weights {
  readonly weights: QuantizedConstant;
  readonly scales: LayerScales;
}

/**
 * Weights that are already on an int8 grid (a dynamic-range file, a quantized ONNX one): kept, as TensorFlow keeps them, but
 * for channels where the bias would not fit.
 */
function gridWeights(
  tensor: Tensor,
  grid: NonNullable<Tensor['grid']>,
  { bias, scalesOf }: { readonly bias: FloatBias; readonly scalesOf: typeof layerScales },
): Weights {
  const { scale, axis } = grid.quant;
  const layer: FloatLayer = {
    shape: tensor.shape,
    weights: floats(tensor),
    axis: scale.length > 1 ? axis : undefined,
    bits: 8,
  };
  const scales = scalesOf(layer, bias, scale);
  return {
    weights: scales.enlarged.length === 0 ? grid : withEnlargedChannels(grid, layer, scales),
    scales,
  };
}

/** Integers and scales of a layer's weights; the bias has a say in their scales. */
function weightsFor(
  op: Op,
  tensor: Tensor,
  { axis, bias, context }: { axis: number; bias: FloatBias; context: LayerContext },
): Weights {
  const { builder, treatment } = context;
  const { shape, grid, fakeQuant: trained } = tensor;
  if (builder.type === 'uint8') return uint8Weights(tensor, bias);
  const bits = treatment.weightBits === 4 && takesInt4(op, builder.type) ? 4 : 8;
  const scalesOf = builder.type === 'int16' ? olderLayerScales : layerScales;
  if (grid !== undefined && bits === 8) return gridWeights(tensor, grid, { bias, scalesOf });
  const perChannel = treatment.weights === 'per-channel' && trained === undefined;
  const layer: FloatLayer = {
    shape,
    weights: floats(tensor),
    axis: perChannel ? axis : undefined,
    bits,
    ...(trained && { trained }),
  };
  const scales = scalesOf(layer, bias);
  // Where the bias enlarged a per-tensor scale, TensorFlow forgets to requantize the weights, which come out too large.
  const exact = scales.enlarged.length === 0 && (!perChannel || builder.type === 'int16');
  return { weights: quantizeWeights(layer, scales.weights, exact ? 'range' : 'scale'), scales };
}

/**
 * Quantizes the constants of an op with weights. TensorFlow's converter divides per-channel weights by the float32 scale,
 * but multiplies per-tensor ones, and its older quantizer (16×8) all, with f32(127 / max|w|).
 */
export function quantizeLayer(
  op: Op,
  rule: Required<Pick<Rule, 'weights' | 'bias'>>,
  context: LayerContext,
): QuantizedLayer {
  const { builder, inputs: given, inputScale, biasType } = context;
  const inputs = [...given];
  const weightId = op.inputs[rule.weights.input] as TensorId;
  const biasId = op.inputs[rule.bias.input];
  const tensor = builder.tensorBefore(weightId);
  const values = isPresent(biasId) ? floats(builder.tensorBefore(biasId)) : undefined;
  const bias: FloatBias = { values, inputScale, dtype: biasType };
  const { weights, scales } = weightsFor(op, tensor, { axis: rule.weights.axis, bias, context });
  inputs[rule.weights.input] = builder.placeConstant(weightId, weights);

  const count = tensor.shape[rule.weights.axis] ?? 1;
  const quantized = quantizeBias(bias, count, scales.bias);
  const placed = biasInput(biasId, rule.bias.required, {
    builder,
    name: tensor.name,
    bias: quantized,
    count,
  });
  if (placed !== undefined) inputs[rule.bias.input] = placed;
  return { inputs, enlarged: scales.enlarged };
}
