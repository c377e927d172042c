import fc from 'fast-check';
import { expect, test } from 'vitest';
import { multiplyWide, quantizeMultiplier } from '../../fixed-point.ts';
import { createReferenceKernels } from './index.ts';

const kernels = createReferenceKernels();
const size = fc.integer({ min: 1, max: 5 });
/** Few values, so that many are equal. */
const bytes = (count: number) =>
  fc.array(fc.integer({ min: -3, max: 3 }), { minLength: count, maxLength: count });

test('argExtreme gives the first of the extreme values along its axis', () => {
  const sample = fc.tuple(size, size, size).chain(([outer, depth, inner]) =>
    fc.record({
      shape: fc.constant({ outer, depth, inner }),
      values: bytes(outer * depth * inner),
      sign: fc.constantFrom(1 as const, -1 as const),
    }),
  );
  fc.assert(
    fc.property(sample, ({ shape, values, sign }) => {
      const { outer, depth, inner } = shape;
      const output = new Int32Array(outer * inner);
      kernels.argExtreme({ ...shape, sign }, Int8Array.from(values), output)();
      const expected = Array.from(output, (_, o) => {
        const from = Math.floor(o / inner) * depth * inner + (o % inner);
        const along = Array.from({ length: depth }, (__, d) => values[from + d * inner] as number);
        return along.indexOf(sign > 0 ? Math.max(...along) : Math.min(...along));
      });
      expect([...output]).toEqual(expected);
    }),
  );
});

test('topK sorts each row, equal values by position', () => {
  const sample = fc.tuple(size, size).chain(([rows, depth]) =>
    fc.record({
      rows: fc.constant(rows),
      depth: fc.constant(depth),
      count: fc.integer({ min: 0, max: depth }),
      input: bytes(rows * depth),
    }),
  );
  fc.assert(
    fc.property(sample, ({ rows, depth, count, input }) => {
      const values = new Int8Array(rows * count);
      const indices = new Int32Array(rows * count);
      kernels.topK({ rows, depth, count }, Int8Array.from(input), { values, indices })();
      const expected = Array.from({ length: rows }, (_, row) =>
        input
          .slice(row * depth, (row + 1) * depth)
          .map((value, index) => ({ value, index }))
          .sort((a, b) => b.value - a.value || a.index - b.index)
          .slice(0, count),
      ).flat();
      expect([...values]).toEqual(expected.map(({ value }) => value));
      expect([...indices]).toEqual(expected.map(({ index }) => index));
    }),
  );
});

test('put after take restores what was taken, and select takes the left where the condition holds', () => {
  const sample = fc.tuple(size, size).chain(([blocks, length]) =>
    fc.record({
      length: fc.constant(length),
      order: fc.shuffledSubarray(Array.from({ length: blocks }, (_, k) => k)),
      values: bytes(blocks * length),
    }),
  );
  fc.assert(
    fc.property(sample, ({ length, order, values }) => {
      const input = Int8Array.from(values);
      const positions = Int32Array.from(order, (block) => block * length);
      const taken = new Int8Array(order.length * length);
      kernels.take({ size: length, positions }, input, taken)();
      const back = new Int8Array(values.length);
      kernels.put({ size: length, positions }, taken, back)();
      const chosen = Uint8Array.from(input, (_, i) => (order.includes(Math.floor(i / length)) ? 1 : 0));
      const expected = new Int8Array(values.length);
      kernels.select(chosen, [input, new Int8Array(values.length)], expected)();
      expect(back).toEqual(expected);
    }),
  );
});

test('scatterAdd adds up what goes to one place, and wraps', () => {
  const output = Int8Array.of(9, 9, 9);
  const positions = Int32Array.of(1, 0, 1);
  kernels.scatterAdd({ size: 1, positions }, Int8Array.of(100, 5, 100), output)();
  expect([...output]).toEqual([5, -56, 0]);
});

test('product multiplies and rescales one element at a time', () => {
  const { multiplier, shift } = quantizeMultiplier(0.7);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 1, maxLength: 5 }), (values) => {
      const target = new Int32Array(values.length);
      const output = new Int8Array(1);
      const zeroPoints = { inputZeroPoint: 4, outputZeroPoint: -2 };
      kernels.product({ target, ...zeroPoints, multiplier, shift }, Int8Array.from(values), output)();
      const [first = 0, ...rest] = values.map((value) => value - 4);
      const last = rest.reduce((product, value) => multiplyWide(product * value, multiplier, shift), first);
      const stored = multiplyWide(last, multiplier, shift) - 2;
      expect(output[0]).toBe(Math.min(127, Math.max(-128, stored)));
    }),
  );
});

test('multiplyWide is one rounding of a multiplier of 16 bits', () => {
  const accumulator = fc.integer({ min: -(2 ** 39), max: 2 ** 39 });
  fc.assert(
    fc.property(accumulator, fc.double({ min: 1e-9, max: 1e-6, noNaN: true }), (x, real) => {
      const { multiplier, shift } = quantizeMultiplier(real);
      const reduced = Math.min(Math.floor((multiplier + 2 ** 15) / 2 ** 16), 2 ** 15 - 1);
      expect(
        Math.abs(multiplyWide(x, multiplier, shift) - x * reduced * 2 ** (shift - 15)),
      ).toBeLessThanOrEqual(0.5);
    }),
  );
});
