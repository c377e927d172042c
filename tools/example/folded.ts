import type { LayerSpec } from './layer.ts';
import type { Network } from './network.ts';

/** A layer as inference has it. */
export interface FoldedLayer {
  readonly spec: LayerSpec;
  /** In TensorFlow Lite's layout, see `LinearSpec`. */
  readonly weights: Float32Array;
  /** [outputChannels] */
  readonly bias: Float32Array;
}

/** The net with its batch normalizations folded into weights and biases: what the model file holds. */
export interface FoldedNet {
  readonly layers: readonly FoldedLayer[];
  /** [classes, channels] of the classifier. */
  readonly denseWeights: Float32Array;
  /** [classes] */
  readonly denseBias: Float32Array;
}

export function fold(network: Network): FoldedNet {
  return {
    layers: network.layers.map((layer) => layer.folded()),
    denseWeights: Float32Array.from(network.dense.values),
    denseBias: Float32Array.from(network.denseBias.values),
  };
}
