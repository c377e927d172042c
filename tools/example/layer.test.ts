import { expect, test } from 'vitest';
import { Layer, type LayerSpec } from './layer.ts';
import { type Batch, zeros } from './linear.ts';
import { Random } from './random.ts';

const size = 4;

function randomBatch(random: Random, channels: number, side: number): Batch {
  const batch = zeros(2, side, channels);
  return { ...batch, data: batch.data.map(() => random.between(-1, 1)) };
}

function inner(a: Batch, b: Batch): number {
  return a.data.reduce((sum, value, i) => sum + value * (b.data[i] as number), 0);
}

/** (f(x + h) − f(x − h)) / 2h for the element `index` of `values`. */
function slope(values: Float64Array, index: number, f: () => number): number {
  const step = 1e-5;
  const old = values[index] as number;
  values[index] = old + step;
  const above = f();
  values[index] = old - step;
  const under = f();
  values[index] = old;
  return (above - under) / (2 * step);
}

test.each<LayerSpec>([
  { name: 'a', kind: 'conv', inputChannels: 3, outputChannels: 5, stride: 2, activation: 'RELU6' },
  { name: 'b', kind: 'depthwise', inputChannels: 5, outputChannels: 5, stride: 2, activation: 'RELU' },
  { name: 'c', kind: 'depthwise', inputChannels: 5, outputChannels: 5, stride: 1, activation: 'RELU' },
  { name: 'd', kind: 'pointwise', inputChannels: 3, outputChannels: 6, stride: 1, activation: 'NONE' },
])('gradients of $kind with stride $stride equal the slopes of its forward pass', (spec) => {
  const random = new Random(7);
  const layer = new Layer(spec, random);
  const input = randomBatch(random, spec.inputChannels, size);
  const direction = randomBatch(random, spec.outputChannels, size / spec.stride);
  const loss = (): number => inner(layer.forward(input), direction);
  loss();
  const byInput = layer.backward(direction);
  for (const { values, gradient } of layer.parameters) {
    gradient.forEach((value, i) => {
      expect(value).toBeCloseTo(slope(values, i, loss), 5);
    });
  }
  // A convolution is the net's first layer: nothing stands before it that would need a gradient.
  if (spec.kind === 'conv') return;
  byInput.data.forEach((value, i) => {
    expect(value).toBeCloseTo(slope(input.data, i, loss), 5);
  });
});
