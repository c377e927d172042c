import { Layer, type LayerSpec } from './layer.ts';
import { type Batch, pointwise, pointwiseBackward, zeros } from './linear.ts';
import { Parameter } from './parameter.ts';
import type { Random } from './random.ts';
import { classNames } from './render.ts';

/**
 * A MobileNet in small: a stem, three depthwise separable blocks, one inverted residual, another separable block, the mean
 * over the picture, a classifier. 64 × 64 × 3 in.
 */
export const architecture: readonly LayerSpec[] = [
  { name: 'stem', kind: 'conv', inputChannels: 3, outputChannels: 16, stride: 2, activation: 'RELU6' },
  ...separable('block_1', 16, 24, 2),
  ...separable('block_2', 24, 32, 1),
  ...separable('block_3', 32, 48, 2),
  {
    name: 'block_4_expand',
    kind: 'pointwise',
    inputChannels: 48,
    outputChannels: 96,
    stride: 1,
    activation: 'RELU6',
  },
  {
    name: 'block_4_depthwise',
    kind: 'depthwise',
    inputChannels: 96,
    outputChannels: 96,
    stride: 1,
    activation: 'RELU6',
  },
  {
    name: 'block_4_project',
    kind: 'pointwise',
    inputChannels: 96,
    outputChannels: 48,
    stride: 1,
    activation: 'NONE',
    addInputOf: 'block_4_expand',
  },
  ...separable('block_5', 48, 96, 1),
];

function separable(
  name: string,
  inputChannels: number,
  outputChannels: number,
  stride: 1 | 2,
): readonly LayerSpec[] {
  return [
    {
      name: `${name}_depthwise`,
      kind: 'depthwise',
      inputChannels,
      outputChannels: inputChannels,
      stride,
      activation: 'RELU',
    },
    {
      name: `${name}_pointwise`,
      kind: 'pointwise',
      inputChannels,
      outputChannels,
      stride: 1,
      activation: 'RELU',
    },
  ];
}

/** The net in training. */
export class Network {
  readonly layers: readonly Layer[];
  /** [classes, channels] of the classifier, and its bias. */
  readonly dense: Parameter;
  readonly denseBias = new Parameter(new Float64Array(classNames.length));
  #features: Batch | undefined;
  #size = 0;

  constructor(random: Random) {
    this.layers = architecture.map((spec) => new Layer(spec, random));
    const channels = architecture.at(-1)?.outputChannels ?? 0;
    const reach = Math.sqrt(3 / channels);
    this.dense = new Parameter(
      Float64Array.from({ length: channels * classNames.length }, () => random.between(-reach, reach)),
    );
  }

  get parameters(): readonly Parameter[] {
    return [...this.layers.flatMap((layer) => layer.parameters), this.dense, this.denseBias];
  }

  /** The classifier's output before the softmax, [count, 1, 1, classes]. */
  forward(pictures: Batch): Batch {
    const inputs = new Map<string, Batch>();
    let value = pictures;
    for (const layer of this.layers) {
      inputs.set(layer.spec.name, value);
      value = sum(layer.forward(value), inputs.get(layer.spec.addInputOf ?? ''));
    }
    this.#size = value.size;
    this.#features = mean(value);
    const scores = pointwise(this.#features, this.dense.values, classNames.length);
    scores.data.forEach((score, i) => {
      scores.data[i] = score + (this.denseBias.values[i % classNames.length] as number);
    });
    return scores;
  }

  /** Leaves in every parameter the gradient of the loss, given the loss's gradient by `forward`'s result. */
  backward(byScores: Batch): void {
    if (this.#features === undefined) throw new Error('backward before forward');
    this.denseBias.gradient.set(columnSums(byScores));
    const dense = pointwiseBackward(this.#features, this.dense.values, byScores);
    this.dense.gradient.set(dense.weights);
    const byInput = new Map<string, Batch>();
    let gradient = spread(dense.input, this.#size);
    for (const layer of this.layers.toReversed()) {
      if (layer.spec.addInputOf !== undefined) byInput.set(layer.spec.addInputOf, gradient);
      gradient = sum(layer.backward(gradient), byInput.get(layer.spec.name));
    }
  }
}

function sum(a: Batch, b: Batch | undefined): Batch {
  return b === undefined ? a : { ...a, data: a.data.map((value, i) => value + (b.data[i] as number)) };
}

/** The mean over a picture's positions, [count, 1, 1, channels]. */
function mean({ data, count, size, channels }: Batch): Batch {
  const out = zeros(count, 1, channels);
  const perPicture = size * size * channels;
  data.forEach((value, i) => {
    const to = Math.floor(i / perPicture) * channels + (i % channels);
    out.data[to] = (out.data[to] as number) + value / (size * size);
  });
  return out;
}

/** The gradient of `mean`. */
function spread({ data, count, channels }: Batch, size: number): Batch {
  const out = zeros(count, size, channels);
  const perPicture = size * size * channels;
  out.data.forEach((_, i) => {
    out.data[i] = (data[Math.floor(i / perPicture) * channels + (i % channels)] as number) / (size * size);
  });
  return out;
}

function columnSums({ data, channels }: Batch): Float64Array {
  const sums = new Float64Array(channels);
  data.forEach((value, i) => {
    sums[i % channels] = (sums[i % channels] as number) + value;
  });
  return sums;
}
