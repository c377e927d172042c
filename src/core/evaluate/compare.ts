import { type Call, partOf, quietCall } from '../call.ts';
import type { SampleSource } from '../model/samples.ts';
import { compareLayers, type LayerComparison, type Pair } from './layers.ts';
import { compareOutputs, type OutputComparison } from './outputs.ts';
import type { EvaluateTools } from './runner.ts';

/** Everything that the runs of two models on the same samples tell. */
export interface Comparison {
  readonly outputs: OutputComparison;
  readonly layers: LayerComparison;
}

export interface CompareOptions extends EvaluateTools {
  /** How many samples tensors and ops are compared on; 64 unless given, after which the figures change little. */
  readonly layerSamples?: number;
  readonly call?: Call;
}

/**
 * Compares two models, float or int8 each: outputs on all samples, then tensors and ops on the first ones. Two passes,
 * because watching every tensor would spoil the times.
 * @param samples - made for the reference's inputs; opened twice.
 * @throws Problem `images/none`, `labels/invalid`, and what the executors throw.
 */
export async function compareModels(
  pair: Pair,
  samples: SampleSource,
  options: CompareOptions,
): Promise<Comparison> {
  const { call = quietCall, layerSamples = 64, ...tools } = options;
  const limit = Math.min(layerSamples, samples.count);
  // A sample with all its layers takes about four times as long as one without.
  const share = samples.count / (samples.count + 4 * limit);
  const outputs = await compareOutputs(pair, samples, { ...tools, call: partOf(call, 0, share) });
  const layers = await compareLayers(pair, samples, { ...tools, limit, call: partOf(call, share, 1) });
  return { outputs, layers };
}
