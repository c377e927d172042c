import { type Batch, zeros } from './linear.ts';
import { Network } from './network.ts';
import { Random } from './random.ts';
import { classNames, type Picture, pictureSize, render } from './render.ts';

const seed = 1;
const batchSize = 32;
const steps = 450;
const firstRate = 0.006;

/** As the model is fed in the end: RGB / 255. */
export function batchOf(pictures: readonly Picture[]): Batch {
  const batch = zeros(pictures.length, pictureSize, 3);
  pictures.forEach(({ pixels }, i) => {
    batch.data.set(
      Float64Array.from(pixels, (value) => value / 255),
      i * pixels.length,
    );
  });
  return batch;
}

/**
 * eˣ for x ≤ 0, within 1e-12: a Taylor series of x / 1024, squared ten times. `Math.exp` may differ between engines.
 */
export function exponential(x: number): number {
  const part = Math.max(x, -600) / 1024;
  let power = 1 + part * (1 + (part / 2) * (1 + (part / 3) * (1 + (part / 4) * (1 + part / 5))));
  for (let i = 0; i < 10; i++) power *= power;
  return power;
}

interface Verdict {
  /** The gradient of the mean cross-entropy by the scores: (softmax − target) / count. */
  readonly gradient: Batch;
  readonly correct: number;
}

function judge(scores: Batch, labels: readonly number[]): Verdict {
  const classes = scores.channels;
  const gradient = zeros(scores.count, 1, classes);
  let correct = 0;
  labels.forEach((label, row) => {
    const of = scores.data.subarray(row * classes, (row + 1) * classes);
    const top = of.reduce((best, score) => Math.max(best, score), Number.NEGATIVE_INFINITY);
    if (of[label] === top) correct++;
    const powers = of.map((score) => exponential(score - top));
    const total = powers.reduce((all, power) => all + power, 0);
    powers.forEach((power, i) => {
      gradient.data[row * classes + i] = (power / total - (i === label ? 1 : 0)) / labels.length;
    });
  });
  return { gradient, correct };
}

/**
 * The trained net: every picture it sees is new, seeds 0, 1, 2, … of classes drawn at random.
 * @param report - told now and then, with the share of the latest pictures that were recognized before training on them
 */
export function train(report: (line: string) => void): Network {
  const random = new Random(seed);
  const network = new Network(random);
  let correct = 0;
  for (let step = 0; step < steps; step++) {
    const pictures = Array.from({ length: batchSize }, (_, i) =>
      render(Math.floor(random.between(0, classNames.length)), step * batchSize + i),
    );
    const labels = pictures.map(({ label }) => label);
    const verdict = judge(network.forward(batchOf(pictures)), labels);
    network.backward(verdict.gradient);
    for (const parameter of network.parameters) parameter.step(firstRate * (1 - step / steps));
    correct += verdict.correct;
    if (step % 50 === 49) {
      report(
        `Step ${step + 1} of ${steps}: ${((correct / (50 * batchSize)) * 100).toFixed(1)} % of the last ${50 * batchSize} pictures`,
      );
      correct = 0;
    }
  }
  return network;
}
