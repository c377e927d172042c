import fc from 'fast-check';
import { expect, test } from 'vitest';
import { doublingHighMultiply16, logistic16, tanh16 } from './fixed-point-16.ts';

const int16 = fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 });

test('doublingHighMultiply16 is the rounded product, saturated where both are the smallest', () => {
  fc.assert(
    fc.property(int16, int16, (a, b) => {
      const exact = Math.floor((a * b) / 2 ** 15 + 0.5);
      expect(doublingHighMultiply16(a, b)).toBe(Math.min(exact, 2 ** 15 - 1));
    }),
  );
  expect(doublingHighMultiply16(-(2 ** 15), -(2 ** 15))).toBe(2 ** 15 - 1);
});

/** Farthest from `exact` over every int16, in units of Q0's last place. */
function farthest(computed: (q: number) => number, exact: (x: number) => number, integerBits: number) {
  let worst = 0;
  for (let q = -(2 ** 15); q < 2 ** 15; q++) {
    const difference = computed(q) - exact(q * 2 ** (integerBits - 15)) * 2 ** 15;
    worst = Math.max(worst, Math.abs(difference));
  }
  return worst;
}

test.each([0, 3, 4, 5, 6])('logistic16 and tanh16 follow the real functions with %i integer bits', (bits) => {
  const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
  expect(farthest((q) => logistic16(q, bits), logistic, bits)).toBeLessThan(20);
  expect(farthest((q) => tanh16(q, bits), Math.tanh, bits)).toBeLessThan(40);
});
