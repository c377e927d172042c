import fc from 'fast-check';
import { expect, test } from 'vitest';
import { multiplyByFixedPoint, quantizeMultiplier } from '../../fixed-point.ts';
import type { ConvParams, Output, Window } from '../kernel-params.ts';
import { createReferenceKernels } from './index.ts';

/** Deterministic int8 values. */
function noise(length: number, seed: number): Int8Array {
  let state = seed;
  return Int8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >> 24;
  });
}

interface Geometry {
  readonly size: readonly [number, number];
  readonly filter: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly same: boolean;
}
const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }));
const geometry: fc.Arbitrary<Geometry> = fc.record({
  size: pair(9),
  filter: pair(4),
  stride: pair(3),
  dilation: pair(3),
  same: fc.boolean(),
});

/** Output sizes and paddings by the definition of TensorFlow's SAME and VALID; `undefined` where nothing comes out. */
function windowOf(
  { size, filter, stride, dilation, same }: Geometry,
  batch: number,
  [inputC, outputC]: readonly number[],
): Window | undefined {
  const axes = [0, 1].map((d) => {
    const extent = ((filter[d] as number) - 1) * (dilation[d] as number) + 1;
    const input = size[d] as number;
    const step = stride[d] as number;
    const output = same ? Math.ceil(input / step) : Math.ceil((input - extent + 1) / step);
    return { output, pad: same ? Math.floor(Math.max((output - 1) * step + extent - input, 0) / 2) : 0 };
  });
  const [vertical, horizontal] = axes as [(typeof axes)[0], (typeof axes)[0]];
  if (vertical.output < 1 || horizontal.output < 1) return undefined;
  return {
    batch,
    inputH: size[0],
    inputW: size[1],
    inputC: inputC as number,
    outputH: vertical.output,
    outputW: horizontal.output,
    outputC: outputC as number,
    filterH: filter[0],
    filterW: filter[1],
    strideH: stride[0],
    strideW: stride[1],
    dilationH: dilation[0],
    dilationW: dilation[1],
    padTop: vertical.pad,
    padLeft: horizontal.pad,
  };
}

/** One multiplier per channel, and a clamp that cuts. */
function stage(channels: number): Output {
  const fixed = Array.from({ length: channels }, (_, c) => quantizeMultiplier(0.003 * (c + 1)));
  const multiplier = Int32Array.from(fixed, (value) => value.multiplier);
  const shift = Int32Array.from(fixed, (value) => value.shift);
  return { rescale: { kind: 'fixed', multiplier, shift }, zeroPoint: -3, min: -100, max: 120 };
}

/** The weight's position for an output channel, a tap and an input channel; `undefined` where they are not connected. */
type WeightAt = (o: number, tap: number, i: number) => number | undefined;

/** Convolution by its definition, one output value at a time, skipping taps outside the image. */
function naive(
  { window: w, weights, weightsZeroPoint, bias, inputZeroPoint, output }: ConvParams,
  input: Int8Array,
  weightAt: WeightAt,
): number[] {
  const result: number[] = [];
  for (let n = 0; n < w.batch; n++)
    for (let y = 0; y < w.outputH; y++)
      for (let x = 0; x < w.outputW; x++)
        for (let o = 0; o < w.outputC; o++) {
          let sum = bias[o] as number;
          for (let tap = 0; tap < w.filterH * w.filterW; tap++)
            for (let i = 0; i < w.inputC; i++) {
              const iy = y * w.strideH - w.padTop + Math.floor(tap / w.filterW) * w.dilationH;
              const ix = x * w.strideW - w.padLeft + (tap % w.filterW) * w.dilationW;
              const position = weightAt(o, tap, i);
              if (position === undefined || iy < 0 || iy >= w.inputH || ix < 0 || ix >= w.inputW) continue;
              const value = input[((n * w.inputH + iy) * w.inputW + ix) * w.inputC + i] as number;
              sum += ((weights[position] as number) - weightsZeroPoint) * (value - inputZeroPoint);
            }
          if (output.rescale.kind !== 'fixed') throw new Error('the test uses fixed point');
          const scaled = multiplyByFixedPoint(
            sum,
            output.rescale.multiplier[o] as number,
            output.rescale.shift[o] as number,
          );
          result.push(Math.min(Math.max(scaled + output.zeroPoint, output.min), output.max));
        }
  return result;
}

function paramsOf(window: Window, weights: Int8Array): ConvParams {
  const bias = Int32Array.from(noise(window.outputC, 5), (value) => value * 100);
  return { window, weights, weightsZeroPoint: 2, bias, inputZeroPoint: 7, output: stage(window.outputC) };
}

function imagesOf(w: Window): { input: Int8Array; output: Int8Array } {
  const input = noise(w.batch * w.inputH * w.inputW * w.inputC, 11);
  return { input, output: new Int8Array(w.batch * w.outputH * w.outputW * w.outputC) };
}

test('conv2d equals its definition for any stride, dilation, padding and grouping', () => {
  const channels = fc.record({
    groups: fc.integer({ min: 1, max: 3 }),
    input: fc.integer({ min: 1, max: 5 }),
    output: fc.integer({ min: 1, max: 6 }),
  });
  fc.assert(
    fc.property(
      geometry,
      channels,
      fc.integer({ min: 1, max: 2 }),
      (shape, { groups, input: perGroup, output: filters }, batch) => {
        const window = windowOf(shape, batch, [groups * perGroup, groups * filters]);
        fc.pre(window !== undefined);
        const taps = window.filterH * window.filterW;
        const params = paramsOf(window, noise(groups * filters * taps * perGroup, 3));
        const { input, output } = imagesOf(window);
        const weightAt: WeightAt = (o, tap, i) =>
          Math.floor(o / filters) === Math.floor(i / perGroup)
            ? (o * taps + tap) * perGroup + (i % perGroup)
            : undefined;
        createReferenceKernels().conv2d(params, input, output)();
        expect([...output]).toEqual(naive(params, input, weightAt));
      },
    ),
    { numRuns: 300 },
  );
});

test('depthwiseConv2d equals its definition for any stride, dilation, padding and multiplier', () => {
  const channels = fc.record({
    input: fc.integer({ min: 1, max: 7 }),
    multiplier: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(
      geometry,
      channels,
      fc.integer({ min: 1, max: 2 }),
      (shape, { input: inputC, multiplier }, batch) => {
        const window = windowOf(shape, batch, [inputC, inputC * multiplier]);
        fc.pre(window !== undefined);
        const params = paramsOf(window, noise(window.filterH * window.filterW * window.outputC, 3));
        const { input, output } = imagesOf(window);
        const weightAt: WeightAt = (o, tap, i) =>
          Math.floor(o / multiplier) === i ? tap * window.outputC + o : undefined;
        createReferenceKernels().depthwiseConv2d(params, input, output)();
        expect([...output]).toEqual(naive(params, input, weightAt));
      },
    ),
    { numRuns: 300 },
  );
});

test('steps that share scratch memory do not see each other', () => {
  const kernels = createReferenceKernels();
  const shape: Geometry = { size: [5, 5], filter: [3, 3], stride: [1, 1], dilation: [1, 1], same: true };
  const large = windowOf({ ...shape, size: [9, 9] }, 1, [4, 4]) as Window;
  const small = windowOf(shape, 1, [4, 4]) as Window;
  const first = imagesOf(large);
  const second = imagesOf(small);
  const steps = [
    kernels.conv2d(paramsOf(large, noise(144, 3)), first.input, first.output),
    kernels.depthwiseConv2d(paramsOf(small, noise(36, 3)), second.input, second.output),
  ];
  for (const step of steps) step();
  const before = [...second.output];
  for (const step of steps.reverse()) step();
  expect([...second.output]).toEqual(before);
});

test('dense equals its definition, weights with a zero point included', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 9 }),
      (batch, inputs, outputs) => {
        const weights = noise(inputs * outputs, 3);
        const input = noise(batch * inputs, 11);
        const output = new Int8Array(batch * outputs);
        const sizes = { batch, inputs, outputs, inputZeroPoint: -9, weightsZeroPoint: 4 };
        const factor = Float64Array.of(0.004);
        const end: Output = { rescale: { kind: 'real', factor }, zeroPoint: 5, min: -128, max: 127 };
        createReferenceKernels().dense(
          { ...sizes, weights, bias: new Int32Array(outputs), output: end },
          input,
          output,
        )();
        const expected = Array.from(output, (_, k) => {
          let sum = 0;
          for (let i = 0; i < inputs; i++) {
            const x = input[Math.floor(k / outputs) * inputs + i] as number;
            sum += (x + 9) * ((weights[(k % outputs) * inputs + i] as number) - 4);
          }
          const scaled = sum * 0.004;
          return Math.min(Math.max(Math.sign(scaled) * Math.round(Math.abs(scaled)) + 5, -128), 127);
        });
        expect([...output]).toEqual(expected);
      },
    ),
  );
});

test('pools see the taps inside the image only', () => {
  fc.assert(
    fc.property(geometry, fc.integer({ min: 1, max: 3 }), fc.boolean(), (shape, channels, halvesUp) => {
      const window = windowOf({ ...shape, dilation: [1, 1] }, 1, [channels, channels]);
      fc.pre(window !== undefined);
      const { input, output } = imagesOf(window);
      const valuesAt = (k: number): number[] => {
        const x = (Math.floor(k / channels) % window.outputW) * window.strideW - window.padLeft;
        const y = Math.floor(k / channels / window.outputW) * window.strideH - window.padTop;
        return [...input.keys()]
          .filter((i) => {
            const [ix, iy] = [
              Math.floor(i / channels) % window.inputW,
              Math.floor(i / channels / window.inputW),
            ];
            const inside = ix >= x && ix < x + window.filterW && iy >= y && iy < y + window.filterH;
            return inside && i % channels === k % channels;
          })
          .map((i) => input[i] as number);
      };
      const params = { window, halvesUp, min: -128, max: 127 };
      createReferenceKernels().maxPool(params, input, output)();
      expect([...output]).toEqual(Array.from(output, (_, k) => Math.max(...valuesAt(k))));
      createReferenceKernels().averagePool(params, input, output)();
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      for (const [k, value] of output.entries()) {
        const difference = value - mean(valuesAt(k));
        expect(Math.abs(difference)).toBeLessThanOrEqual(0.5);
        if (Math.abs(difference) === 0.5) expect(difference > 0).toBe(halvesUp || value > 0);
      }
    }),
    { numRuns: 100 },
  );
});

test('softmax stays a distribution where TensorFlow Lite aborts, at 512 equal values', () => {
  const output = new Int8Array(1024);
  const { multiplier, shift } = quantizeMultiplier(0.1 * 2 ** 26);
  const params = { rows: 1, depth: 1024, multiplier, shift, minDifference: -248 };
  createReferenceKernels().softmax(params, new Int8Array(1024), output)();
  expect(new Set(output)).toEqual(new Set([-128]));
});
