import type { FoldedLayer, FoldedNet } from './folded.ts';
import { outputChannelOf } from './linear.ts';

/** The channel that stands out, one that the classes depend on little. */
const outlierChannel = 17;
const outlierExponent = 5;
/** Every so many-th channel of the uneven layer is smaller than the others, by this power of two. */
const smallEvery = 4;
const smallExponent = -6;

/**
 * The same function with two weaknesses that int8 shows and float does not. They are put in on purpose; trained networks
 * come by them on their own, mostly where a batch normalization was folded into a layer.
 *
 * - `block_1_pointwise`: one channel is 32 times as large as it was, so that most of the activation's range serves it
 *   alone, as single runaway channels do in real nets.
 * - `block_3_depthwise`: every fourth channel is 64 times smaller, as they are in the depthwise layers of MobileNet (Nagel et
 *   al., "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019, figure 2). Scales per channel help
 *   the weights but not the activation, which has one scale.
 */
export function withProblem(net: FoldedNet): FoldedNet {
  const outlier = rescale(net, 'block_1_pointwise', (channel) =>
    channel === outlierChannel ? outlierExponent : 0,
  );
  return rescale(outlier, 'block_3_depthwise', (channel) => (channel % smallEvery === 0 ? smallExponent : 0));
}

/**
 * Scales channels of one layer's output by powers of two and takes it back in the next layer's weights. ReLU(a · x) =
 * a · ReLU(x) for a > 0, and a power of two only moves float32's exponent: the float net's answers stay the same bit for
 * bit. Quantized, all channels of an activation share one scale, and then the small ones are left with few steps.
 * @param exponentOf - for a channel of layer `name`, a RELU layer, the power of two
 */
export function rescale(net: FoldedNet, name: string, exponentOf: (channel: number) => number): FoldedNet {
  const index = net.layers.findIndex(({ spec }) => spec.name === name);
  if (net.layers[index]?.spec.activation !== 'RELU') throw new Error(`${name} has no RELU to scale through`);
  const layers = net.layers.map((layer, i) => {
    if (i === index) return scaledOutput(layer, exponentOf);
    return i === index + 1 ? scaledInput(layer, (channel) => -exponentOf(channel)) : layer;
  });
  return { ...net, layers };
}

/** 2^`exponent`, exactly. */
function powerOfTwo(exponent: number): number {
  return exponent < 0 ? 1 / (1 << -exponent) : 1 << exponent;
}

function scaledOutput(layer: FoldedLayer, exponentOf: (channel: number) => number): FoldedLayer {
  return {
    ...layer,
    weights: layer.weights.map(
      (weight, i) => weight * powerOfTwo(exponentOf(outputChannelOf(layer.spec, i))),
    ),
    bias: layer.bias.map((bias, channel) => bias * powerOfTwo(exponentOf(channel))),
  };
}

/** The weights of every kind lie with the input channel last. */
function scaledInput(layer: FoldedLayer, exponentOf: (channel: number) => number): FoldedLayer {
  const { inputChannels } = layer.spec;
  return {
    ...layer,
    weights: layer.weights.map((weight, i) => weight * powerOfTwo(exponentOf(i % inputChannels))),
  };
}
