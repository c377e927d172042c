import type { OnnxNode } from '../formats/onnx/graph.ts';
import type { TensorData } from '../model/types.ts';
import type { NormalizedOnnx } from '../onnx/normalized.ts';
import { type IntegerBias, quantizeBias, widenForBias } from './bias.ts';
import type { Choice } from './choice.ts';
import { checkFinite, constantGrid, floatsOf, type Grid } from './grid.ts';
import { type QdqOptions, stepsOf } from './options.ts';
import type { Plan } from './plan.ts';

/** A bias that becomes int32, and what sets its scale. */
interface Bias {
  /** One value for each output channel, factors of the op included. */
  readonly values: TensorData;
  /** s_in, factors of the op included. */
  readonly scale: number;
}

/** Grids of the constants that a plan's nodes are weighted with, and their biases. */
export class Weights {
  readonly #constants: ReadonlyMap<string, TensorData>;
  readonly #plan: Plan;
  readonly #options: QdqOptions;
  readonly #grids = new Map<string, Grid>();
  readonly #biases = new Map<OnnxNode, Bias>();

  constructor({ graph }: NormalizedOnnx, plan: Plan, options: QdqOptions) {
    this.#constants = graph.constants;
    this.#plan = plan;
    this.#options = options;
    for (const [node, choice] of plan.choices) this.#addWeights(node, choice);
    // After all weights: one of them may serve several nodes, and the largest need of a bias counts.
    for (const [node, choice] of plan.choices) this.#addBias(node, choice);
  }

  /** Of a constant at an input that is for weights. */
  grid(node: OnnxNode, slot: number): Grid | undefined {
    const key = this.#keyOf(node, slot);
    return key === undefined ? undefined : this.#grids.get(key);
  }

  /** Absent where the bias stays in float: it is no constant, or not one value for each output channel. */
  bias(node: OnnxNode): IntegerBias | undefined {
    const bias = this.#biases.get(node);
    const grid = this.#gridAt(node, 1);
    return bias && grid && quantizeBias(bias.values, bias.scale, grid);
  }

  #addWeights(node: OnnxNode, { weights = [] }: Choice): void {
    for (const { slot } of weights) {
      const key = this.#keyOf(node, slot);
      const name = node.inputs[slot] ?? '';
      const value = this.#constants.get(name);
      if (key === undefined || value === undefined || this.#grids.has(key)) continue;
      checkFinite(name, value);
      const axis = this.#axisOf(node, slot);
      this.#grids.set(key, constantGrid(value, { dtype: 'int8', symmetric: true, axis }));
    }
  }

  #addBias(node: OnnxNode, { bias: slot, factors }: Choice): void {
    if (slot === undefined) return;
    const name = node.inputs[slot] ?? '';
    const scale = this.#gridAt(node, 0)?.scale[0];
    const weights = this.#gridAt(node, 1);
    const values = this.#biasOf(node, slot, factors?.bias ?? 1);
    if (scale === undefined || weights === undefined || values === undefined) return;
    checkFinite(name, values);
    const bias = { values, scale: scale * (factors?.products ?? 1) };
    this.#biases.set(node, bias);
    const key = this.#keyOf(node, 1);
    if (key !== undefined) this.#grids.set(key, widenForBias(weights, bias.scale, floatsOf(values)));
  }

  #biasOf(node: OnnxNode, slot: number, factor: number): TensorData | undefined {
    const value = this.#constants.get(node.inputs[slot] ?? '');
    if (value?.dtype !== 'float32') return undefined;
    if (node.type !== 'Gemm') return value;
    const shape = this.#constants.get(node.inputs[1] ?? '')?.shape;
    const channels = shape?.[this.#choice(node)?.weights?.[0]?.channels ?? 0];
    const reals = floatsOf(value).map((real) => real * factor);
    if (channels === undefined || (reals.length !== channels && reals.length !== 1)) return undefined;
    // [1, N] and a single value stretch to the same sums as one value for each channel.
    if (reals.length !== (value.shape.at(-1) ?? 1)) return undefined;
    const data = reals.length === channels ? reals : new Float32Array(channels).fill(reals[0] ?? 0);
    return { dtype: 'float32', shape: [channels], data };
  }

  /** Of any value at an input: weights, other constants, activations. */
  #gridAt(node: OnnxNode, slot: number): Grid | undefined {
    const name = node.inputs[slot] ?? '';
    const value = this.#constants.get(name);
    const weights = this.grid(node, slot);
    if (weights !== undefined) return weights;
    if (value !== undefined) return constantGrid(value, stepsOf(this.#options));
    return this.#plan.grids.get(this.#plan.owners.get(name) ?? '');
  }

  #keyOf(node: OnnxNode, slot: number): string | undefined {
    const name = node.inputs[slot] ?? '';
    const isWeight = this.#choice(node)?.weights?.some((it) => it.slot === slot) ?? false;
    const known = isWeight && this.#constants.get(name)?.dtype === 'float32';
    return known ? JSON.stringify([name, this.#axisOf(node, slot)]) : undefined;
  }

  #axisOf(node: OnnxNode, slot: number): number | undefined {
    if (this.#options.perChannel === false) return undefined;
    return this.#choice(node)?.weights?.find((it) => it.slot === slot)?.channels;
  }

  #choice(node: OnnxNode): Choice | undefined {
    return this.#plan.choices.get(node);
  }
}
