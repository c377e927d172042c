import { constantOf } from '../model/data.ts';
import { isPresent } from '../model/graph.ts';
import type { Op, Tensor, TensorId } from '../model/types.ts';
import type { GraphBuilder } from './builder.ts';
import type { Recipe } from './recipe.ts';
import type { Rule } from './rules.ts';
import { type FloatLayer, type LayerScales, layerScales, quantizeBias, quantizeWeights } from './weights.ts';

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

/**
 * Quantizes the constants of an op with weights.
 * @param inputs - the op's inputs with the data already int8.
 * @param inputScale - scale of the int8 data.
 */
export function quantizeLayer(
  op: Op,
  rule: Required<Pick<Rule, 'weights' | 'bias'>>,
  context: { builder: GraphBuilder; recipe: Recipe; inputs: readonly TensorId[]; inputScale: number },
): QuantizedLayer {
  const { builder, recipe, inputScale } = context;
  const inputs = [...context.inputs];
  const weightId = op.inputs[rule.weights.input] as TensorId;
  const biasId = op.inputs[rule.bias.input];
  const weightTensor = builder.tensorBefore(weightId);
  const layer: FloatLayer = {
    shape: weightTensor.shape,
    weights: floats(weightTensor),
    axis: recipe.weights === 'per-channel' ? rule.weights.axis : undefined,
    bias: isPresent(biasId) ? floats(builder.tensorBefore(biasId)) : undefined,
    inputScale,
  };
  const { grid } = weightTensor;
  const scales = grid === undefined ? layerScales(layer) : gridScales(grid, inputScale);
  const weights =
    grid === undefined ? quantizeWeights(layer, scales) : { data: grid.data, quant: grid.quant };
  inputs[rule.weights.input] = builder.quantizeConstant(weightId, 'int8', weights);

  const channels = weightTensor.shape[rule.weights.axis] ?? 1;
  if (isPresent(biasId)) {
    inputs[rule.bias.input] = builder.quantizeConstant(
      biasId,
      'int32',
      quantizeBias(layer.bias, channels, scales.bias),
    );
  } else if (rule.bias.required) {
    const bias = quantizeBias(undefined, channels, scales.bias);
    inputs[rule.bias.input] = builder.append({
      name: `${weightTensor.name}_bias`,
      shape: [channels],
      dtype: 'int32',
      ...bias,
    });
  }
  return { inputs, enlarged: scales.enlarged };
}
