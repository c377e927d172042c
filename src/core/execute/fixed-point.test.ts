import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { roundHalfAway } from '../model/rounding.ts';
import {
  divideByPowerOfTwo,
  doublingHighMultiply,
  frexp,
  INT32_MAX,
  INT32_MIN,
  multiplyByFixedPoint,
  multiplyWide,
  quantizeMultiplier,
} from './fixed-point.ts';
import {
  expOfNegative,
  fixedPointLogistic,
  fixedPointTanh,
  inverseSquareRoot,
  logFromOne,
  oneOverOnePlus,
  reciprocal,
} from './fixed-point-functions.ts';

/** The definitions of gemmlowp and TensorFlow Lite word by word, in integers of any size. */
const oracle = {
  doublingHighMultiply: (a: bigint, b: bigint): bigint => {
    const limit = BigInt(INT32_MIN);
    if (a === limit && b === limit) return BigInt(INT32_MAX);
    const product = a * b;
    return (product + (product >= 0n ? 1n << 30n : 1n - (1n << 30n))) / (1n << 31n);
  },
  divideByPowerOfTwo: (x: bigint, exponent: bigint): bigint => {
    const mask = (1n << exponent) - 1n;
    const threshold = (mask >> 1n) + (x < 0n ? 1n : 0n);
    return (x >> exponent) + ((x & mask) > threshold ? 1n : 0n);
  },
};

const int32 = fc.oneof(
  fc.integer({ min: INT32_MIN, max: INT32_MAX }),
  fc.constantFrom(INT32_MIN, INT32_MAX, 0, -1, 1, 2 ** 30),
);

describe('integer primitives equal their definitions', () => {
  test('multiplyWide', () => {
    const wide = fc.oneof(
      fc.integer({ min: -(2 ** 47), max: 2 ** 47 - 1 }),
      int32,
      fc.constantFrom(-(2 ** 47), 2 ** 47 - 1),
    );
    const multiplier = fc.oneof(fc.integer({ min: 2 ** 30, max: INT32_MAX }), fc.constantFrom(0, INT32_MAX));
    fc.assert(
      fc.property(wide, multiplier, fc.integer({ min: -31, max: 14 }), (x, m, shift) => {
        const reduced = m < 0x7fff0000 ? (BigInt(m) + 0x8000n) >> 16n : 0x7fffn;
        const right = BigInt(15 - shift);
        const exact = (BigInt(x) * reduced + (1n << (right - 1n))) >> right;
        // Larger results wrap; beyond 2^53 nothing says how.
        fc.pre(exact < 2n ** 53n && exact > -(2n ** 53n));
        expect(BigInt(multiplyWide(x, m, shift))).toBe(BigInt.asIntN(32, exact));
      }),
      { numRuns: 2000 },
    );
  });

  test('doublingHighMultiply', () => {
    fc.assert(
      fc.property(int32, int32, (a, b) => {
        expect(BigInt(doublingHighMultiply(a, b))).toBe(oracle.doublingHighMultiply(BigInt(a), BigInt(b)));
      }),
      { numRuns: 5000 },
    );
  });

  test('divideByPowerOfTwo', () => {
    fc.assert(
      fc.property(int32, fc.integer({ min: 0, max: 31 }), (x, exponent) => {
        expect(BigInt(divideByPowerOfTwo(x, exponent))).toBe(
          oracle.divideByPowerOfTwo(BigInt(x), BigInt(exponent)),
        );
      }),
      { numRuns: 5000 },
    );
  });

  test('multiplyByFixedPoint, with a left shift that wraps', () => {
    fc.assert(
      fc.property(int32, int32, fc.integer({ min: -31, max: 30 }), (x, multiplier, shift) => {
        const shifted = BigInt.asIntN(32, BigInt(x) << BigInt(Math.max(shift, 0)));
        const product = oracle.doublingHighMultiply(shifted, BigInt(multiplier));
        const expected = oracle.divideByPowerOfTwo(product, BigInt(Math.max(-shift, 0)));
        expect(BigInt(multiplyByFixedPoint(x, multiplier, shift))).toBe(expected);
      }),
      { numRuns: 5000 },
    );
  });
});

test('roundHalfAway rounds ties away from zero and nothing else up', () => {
  const pairs = [
    [0.5, 1],
    [-0.5, -1],
    [2.5, 3],
    [-2.5, -3],
    [0.49999999999999994, 0],
    [4503599627370495.5, 4503599627370496],
  ];
  for (const [x, rounded] of pairs) expect(roundHalfAway(x as number)).toBe(rounded);
});

test('frexp takes every finite double apart, subnormal ones too', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
      const { fraction, exponent } = frexp(x);
      fc.pre(x !== 0);
      expect(Math.abs(fraction)).toBeGreaterThanOrEqual(0.5);
      expect(Math.abs(fraction)).toBeLessThan(1);
      // In two factors, because 2 ** exponent may leave the range of doubles.
      const half = Math.floor(exponent / 2);
      expect(fraction * 2 ** half * 2 ** (exponent - half)).toBe(x);
    }),
  );
  expect(frexp(Number.MIN_VALUE)).toEqual({ fraction: 0.5, exponent: -1073 });
});

test('quantizeMultiplier is within half a unit of the real number', () => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** -30, max: 2 ** 20, noNaN: true }), (real) => {
      const { multiplier, shift } = quantizeMultiplier(real);
      expect(multiplier).toBeGreaterThanOrEqual(2 ** 30);
      expect(multiplier).toBeLessThan(2 ** 31);
      expect(Math.abs(multiplier * 2 ** (shift - 31) - real)).toBeLessThanOrEqual(2 ** (shift - 32));
    }),
  );
  expect(quantizeMultiplier(0)).toEqual({ multiplier: 0, shift: 0 });
  expect(quantizeMultiplier(2 ** -33)).toEqual({ multiplier: 0, shift: 0 });
  expect(quantizeMultiplier(1 - 2 ** -40)).toEqual({ multiplier: 2 ** 30, shift: 1 });
  expect(quantizeMultiplier(-0.75)).toEqual({ multiplier: -1610612736, shift: 0 });
});

/** A tolerance of `bits` below a real result of Q0. */
const nearby = (raw: number, real: number, bits: number) =>
  expect(Math.abs(raw / 2 ** 31 - real)).toBeLessThan(2 ** -bits);

test('fixed-point functions are near the real ones', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 31) + 1, max: -1 }), (a) => {
      nearby(expOfNegative(a, 5), Math.exp(a / 2 ** 26), 20);
      nearby(fixedPointLogistic(a, 4), 1 / (1 + Math.exp(-a / 2 ** 27)), 20);
      nearby(fixedPointTanh(a, 4), Math.tanh(a / 2 ** 27), 20);
      nearby(oneOverOnePlus(-a), 1 / (1 - a / 2 ** 31), 27);
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 2 ** 30 }), (n) => {
      const root = inverseSquareRoot(n);
      expect(root.multiplier * 2 ** (root.shift - 31) * Math.sqrt(n)).toBeCloseTo(1, 5);
      const { value, bits } = reciprocal(n, 12);
      expect((value / 2 ** 31) * 2 ** -bits * (n / 2 ** 19)).toBeCloseTo(1, 5);
      if (n >= 2 ** 19) expect(logFromOne(n) / 2 ** 26).toBeCloseTo(Math.log(n / 2 ** 19), 5);
    }),
    { numRuns: 500 },
  );
});
