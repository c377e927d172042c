import { constantOf } from '../model/data.ts';
import { isPresent } from '../model/graph.ts';
import type { Op, Tensor, TensorId } from '../model/types.ts';
import type { GraphBuilder } from './builder.ts';
import type { Recipe } from './recipe.ts';
import type { Rule } from './rules.ts';
import {
  type FloatLayer,
  type LayerScales,
  layerScales,
  type QuantizedConstant,
  quantizeBias,
  quantizeWeights,
} from './weights.ts';

function floats(tensor: Tensor): Float32Array {
  return constantOf(tensor)?.data as Float32Array;
}

/** Scales of weights that are already on an int8 grid (a dynamic-range file): kept, as TensorFlow keeps them. */
function gridScales(grid: NonNullable<Tensor['grid']>, inputScale: number): LayerScales {
  return {
    weights: grid.quant.scale,
    bias: grid.quant.scale.map((scale) => scale * inputScale),
    enlarged: [],
  };
}

/** A layer's op with integer weights and bias in `builder`, and which channels' weight scales the bias enlarged. */
export interface QuantizedLayer {
  readonly inputs: readonly TensorId[];
  readonly enlarged: readonly number[];
}

interface LayerContext {
  readonly builder: GraphBuilder;
  readonly recipe: Recipe;
  /** The op's inputs with the data already int8. */
  readonly inputs: readonly TensorId[];
  /** Scale of the int8 data. */
  readonly inputScale: number;
}

/** Puts the int32 bias at `id`, or appends one of zeros where the kernel refuses to run without. */
function biasInput(
  id: TensorId | undefined,
  required: boolean,
  { builder, name, bias }: { builder: GraphBuilder; name: string; bias: QuantizedConstant },
): TensorId | undefined {
  if (isPresent(id)) return builder.quantizeConstant(id, 'int32', bias);
  if (!required) return id;
  const shape = [bias.data.length / Int32Array.BYTES_PER_ELEMENT];
  return builder.append({ name: `${name}_bias`, shape, dtype: 'int32', ...bias });
}

/** Quantizes the constants of an op with weights. */
export function quantizeLayer(
  op: Op,
  rule: Required<Pick<Rule, 'weights' | 'bias'>>,
  { builder, recipe, inputs: given, inputScale }: LayerContext,
): QuantizedLayer {
  const inputs = [...given];
  const weightId = op.inputs[rule.weights.input] as TensorId;
  const biasId = op.inputs[rule.bias.input];
  const tensor = builder.tensorBefore(weightId);
  const { shape, name, grid } = tensor;
  const layer: FloatLayer = {
    shape,
    weights: floats(tensor),
    axis: recipe.weights === 'per-channel' ? rule.weights.axis : undefined,
    bias: isPresent(biasId) ? floats(builder.tensorBefore(biasId)) : undefined,
    inputScale,
  };
  const scales = grid === undefined ? layerScales(layer) : gridScales(grid, inputScale);
  const weights =
    grid === undefined ? quantizeWeights(layer, scales) : { data: grid.data, quant: grid.quant };
  inputs[rule.weights.input] = builder.quantizeConstant(weightId, 'int8', weights);

  const bias = quantizeBias(layer.bias, shape[rule.weights.axis] ?? 1, scales.bias);
  const placed = biasInput(biasId, rule.bias.required, { builder, name, bias });
  if (placed !== undefined) inputs[rule.bias.input] = placed;
  return { inputs, enlarged: scales.enlarged };
}
