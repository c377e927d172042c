import type { Activation } from '../../src/core/model/options.ts';
import type { FoldedLayer } from './folded.ts';
import {
  type Batch,
  depthwise,
  depthwiseBackward,
  fanIn,
  type Gradients,
  type LinearSpec,
  outputChannelOf,
  patches,
  pointwise,
  pointwiseBackward,
  zeros,
} from './linear.ts';
import { Parameter } from './parameter.ts';
import type { Random } from './random.ts';

export interface LayerSpec extends LinearSpec {
  readonly name: string;
  readonly activation: Extract<Activation, 'NONE' | 'RELU' | 'RELU6'>;
  /** The layer whose input is added to this one's result: the residual connection. */
  readonly addInputOf?: string;
}

/** How far the running mean and variance follow each batch. */
const momentum = 0.05;
/** As Keras sets it for batch normalization. */
const epsilon = 1e-3;

interface Pass {
  readonly input: Batch;
  /** (z − mean) / √(variance + ε), per channel over the batch. */
  readonly normalized: Batch;
  readonly deviation: Float64Array;
  readonly output: Batch;
}

/** A linear layer, batch normalization and an activation, in training. */
export class Layer {
  readonly spec: LayerSpec;
  readonly weights: Parameter;
  readonly gamma: Parameter;
  readonly beta: Parameter;
  readonly runningMean: Float64Array;
  readonly runningVariance: Float64Array;
  #pass: Pass | undefined;

  constructor(spec: LayerSpec, random: Random) {
    const reach = Math.sqrt(6 / fanIn(spec));
    const channels = spec.outputChannels;
    this.spec = spec;
    this.weights = new Parameter(
      Float64Array.from({ length: channels * fanIn(spec) }, () => random.between(-reach, reach)),
    );
    this.gamma = new Parameter(new Float64Array(channels).fill(1));
    this.beta = new Parameter(new Float64Array(channels));
    this.runningMean = new Float64Array(channels);
    this.runningVariance = new Float64Array(channels).fill(1);
  }

  get parameters(): readonly Parameter[] {
    return [this.weights, this.gamma, this.beta];
  }

  forward(x: Batch): Batch {
    const { kind, outputChannels, stride } = this.spec;
    const input = kind === 'conv' ? patches(x, stride) : x;
    const weights = this.weights.values;
    const raw =
      kind === 'depthwise' ? depthwise(input, weights, stride) : pointwise(input, weights, outputChannels);
    this.#pass = this.#normalize(input, raw);
    return this.#pass.output;
  }

  /** The loss's gradient by this layer's input, given that by its output; the parameters keep theirs. */
  backward(gradient: Batch): Batch {
    if (this.#pass === undefined) throw new Error('backward before forward');
    const { input } = this.#pass;
    const byRaw = this.#normalizeBackward(this.#pass, gradient);
    const weights = this.weights.values;
    const back: (x: Batch, w: Float64Array, g: Batch) => Gradients =
      this.spec.kind === 'depthwise' ? depthwiseBackward : pointwiseBackward;
    const gradients = back(input, weights, byRaw);
    this.weights.gradient.set(gradients.weights);
    return gradients.input;
  }

  /** The top of the activation's linear part. */
  get #ceiling(): number {
    return this.spec.activation === 'RELU6' ? 6 : Number.POSITIVE_INFINITY;
  }

  get #floor(): number {
    return this.spec.activation === 'NONE' ? Number.NEGATIVE_INFINITY : 0;
  }

  #normalize(input: Batch, raw: Batch): Pass {
    const { channels } = raw;
    const { mean, variance } = moments(raw);
    const deviation = variance.map((value) => Math.sqrt(value + epsilon));
    const normalized = zeros(raw.count, raw.size, channels);
    const output = zeros(raw.count, raw.size, channels);
    const [low, high] = [this.#floor, this.#ceiling];
    for (let i = 0, c = 0; i < raw.data.length; i++, c = (c + 1) % channels) {
      const value = ((raw.data[i] as number) - (mean[c] as number)) / (deviation[c] as number);
      normalized.data[i] = value;
      const scaled = value * (this.gamma.values[c] as number) + (this.beta.values[c] as number);
      output.data[i] = Math.min(Math.max(scaled, low), high);
    }
    follow(this.runningMean, mean);
    follow(this.runningVariance, variance);
    return { input, normalized, deviation, output };
  }

  /** Ioffe and Szegedy, "Batch Normalization" (2015), the gradients of section 3, behind the activation's. */
  #normalizeBackward({ normalized, deviation, output }: Pass, gradient: Batch): Batch {
    const { channels } = output;
    const out = zeros(output.count, output.size, channels);
    const [low, high] = [this.#floor, this.#ceiling];
    const [byGamma, byBeta] = [this.gamma.gradient.fill(0), this.beta.gradient.fill(0)];
    for (let i = 0, c = 0; i < out.data.length; i++, c = (c + 1) % channels) {
      const value = output.data[i] as number;
      const slope = value > low && value < high ? (gradient.data[i] as number) : 0;
      out.data[i] = slope;
      byBeta[c] = (byBeta[c] as number) + slope;
      byGamma[c] = (byGamma[c] as number) + slope * (normalized.data[i] as number);
    }
    const perChannel = out.data.length / channels;
    for (let i = 0, c = 0; i < out.data.length; i++, c = (c + 1) % channels) {
      const shared =
        ((byBeta[c] as number) + (normalized.data[i] as number) * (byGamma[c] as number)) / perChannel;
      const factor = (this.gamma.values[c] as number) / (deviation[c] as number);
      out.data[i] = ((out.data[i] as number) - shared) * factor;
    }
    return out;
  }

  /** The layer as inference has it, with the running moments folded into weights and bias. */
  folded(): FoldedLayer {
    const { spec } = this;
    const factor = this.gamma.values.map(
      (gamma, c) => gamma / Math.sqrt((this.runningVariance[c] as number) + epsilon),
    );
    return {
      spec,
      weights: Float32Array.from(
        this.weights.values,
        (weight, i) => weight * (factor[outputChannelOf(spec, i)] as number),
      ),
      bias: Float32Array.from(
        this.beta.values,
        (beta, c) => beta - (this.runningMean[c] as number) * (factor[c] as number),
      ),
    };
  }
}

/** Mean and (biased) variance per channel over all positions of a batch. */
function moments({ data, channels }: Batch): { mean: Float64Array; variance: Float64Array } {
  const perChannel = data.length / channels;
  const [sum, squares] = [new Float64Array(channels), new Float64Array(channels)];
  for (let i = 0, c = 0; i < data.length; i++, c = (c + 1) % channels) {
    const value = data[i] as number;
    sum[c] = (sum[c] as number) + value;
    squares[c] = (squares[c] as number) + value * value;
  }
  const mean = sum.map((total) => total / perChannel);
  return {
    mean,
    variance: squares.map((total, c) =>
      Math.max(total / perChannel - (mean[c] as number) * (mean[c] as number), 0),
    ),
  };
}

function follow(running: Float64Array, latest: Float64Array): void {
  for (let c = 0; c < running.length; c++) {
    running[c] = (running[c] as number) * (1 - momentum) + (latest[c] as number) * momentum;
  }
}
