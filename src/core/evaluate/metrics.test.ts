import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ErrorSums, rmseInSteps } from './metrics.ts';

function figuresOf(...pairs: readonly (readonly [reference: readonly number[], value: readonly number[]])[]) {
  const sums = new ErrorSums();
  for (const [reference, value] of pairs) sums.add(Float32Array.from(reference), Float32Array.from(value));
  const figures = sums.figures();
  if (figures === undefined) throw new Error('nothing added');
  return figures;
}

test('figures are those computed by hand', () => {
  const figures = figuresOf([
    [3, 4],
    [3, 5],
  ]);
  expect(figures.sqnr).toBeCloseTo(10 * Math.log10(25), 12);
  expect(figures.cosine).toBeCloseTo(29 / Math.sqrt(25 * 34), 12);
  expect(figures).toMatchObject({ maxError: 1, meanError: 0.5, meanSquaredError: 0.5, count: 2 });
  expect(rmseInSteps(figures, 0.5)).toBeCloseTo(Math.SQRT2, 12);
});

test('samples add up as if they were one', () => {
  const value = fc.float({ noNaN: true, min: -8, max: 8 });
  const pair = fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1, maxLength: 5 }), (samples) => {
      const split = samples.map((sample) => [sample.map(([f]) => f), sample.map(([, q]) => q)] as const);
      const whole = samples.flat();
      const once = figuresOf([whole.map(([f]) => f), whole.map(([, q]) => q)]);
      const streamed = figuresOf(...split);
      expect(streamed.maxError).toBe(once.maxError);
      expect(streamed.count).toBe(once.count);
      expect(streamed.meanSquaredError).toBeCloseTo(once.meanSquaredError, 9);
      expect(streamed.cosine).toBeCloseTo(once.cosine, 9);
    }),
  );
});

test('equal values have no error, and a zero reference no signal', () => {
  expect(
    figuresOf([
      [1, -2],
      [1, -2],
    ]),
  ).toMatchObject({ sqnr: Number.POSITIVE_INFINITY, maxError: 0 });
  expect(
    figuresOf([
      [0, 0],
      [0, 0],
    ]),
  ).toMatchObject({ sqnr: Number.POSITIVE_INFINITY, cosine: 1 });
  expect(
    figuresOf([
      [0, 0],
      [0, 1],
    ]),
  ).toMatchObject({ sqnr: Number.NEGATIVE_INFINITY, cosine: 0 });
  expect(new ErrorSums().figures()).toBeUndefined();
});

test('rounding alone gives 0.29 steps', () => {
  const reference = Array.from({ length: 10_000 }, (_, i) => i / 10_000);
  const scale = 1 / 64;
  const rounded = reference.map((x) => Math.round(x / scale) * scale);
  expect(rmseInSteps(figuresOf([reference, rounded]), scale)).toBeCloseTo(1 / Math.sqrt(12), 2);
});
