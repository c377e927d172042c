import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantizeMultiplier } from '../core/execute/fixed-point.ts';
import { roundHalfAway } from '../core/model/rounding.ts';
import { requantization } from './requantize.ts';
import { type Channel, channelOf, fixedChannel } from './steps.ts';

const f32 = Math.fround;

/** What assembly/requantize.ts makes of an accumulator, by the first channel's constants. */
function evaluate(
  channel: Channel,
  clamp: { low: number; high: number },
): ((x: number) => number) | undefined {
  const made = requantization([channel], new Int32Array(1), clamp);
  if (made === undefined) return undefined;
  const integers = new Int32Array(made.params.buffer);
  const floats = new Float32Array(made.params.buffer);
  const at = (byte: number) => integers[byte / 4] as number;
  const limit = (value: number) => Math.min(Math.max(value, clamp.low), clamp.high);
  if (made.recipes[0] === 0) {
    const [m, c] = [floats[8] as number, floats[16] as number];
    return (x) => limit(Math.trunc(f32(f32(f32((x + at(0)) | 0) * m) + c)) + clamp.low);
  }
  if (made.recipes[0] === 1) {
    const [m, c] = [floats[8] as number, floats[16] as number];
    return (x) => limit(Math.trunc(f32(f32(f32(x) * m) + (x < 0 ? -c : c))));
  }
  if (made.recipes[0] === 2)
    return (x) => {
      const high = Number((BigInt(Math.imul(x, at(32))) * BigInt(at(64))) >> 32n);
      return limit((high + at(96) - (x < 0 ? at(128) : 0)) >> at(160));
    };
  if (made.recipes[0] === 4) return (x) => limit(nearest(f32(f32(x) * (floats[8] as number))));
  return channel.exact;
}

/** What float32 makes of a number between the ends of 1.5 · 2^23 ± 2^22. */
function nearest(x: number): number {
  return f32(x + 1.5 * 2 ** 23) - 1.5 * 2 ** 23;
}

const range = fc.record({
  low: fc.integer({ min: -255, max: 20 }),
  span: fc.integer({ min: 0, max: 255 }),
});

/** All accumulators of a small reach, a walk through those of a great one. */
function* accumulators(least: number, most: number): Generator<number> {
  const step = Math.max(1, Math.floor((most - least) / 20_000));
  for (let x = least; x <= most; x += step) yield x;
  yield most;
}

test('every recipe gives what MultiplyByQuantizedMultiplier gives, for every accumulator within reach', () => {
  const recipes = new Set<string>();
  fc.assert(
    fc.property(
      fc.double({ min: -20, max: 1, noNaN: true }),
      fc.integer({ min: -(2 ** 30), max: 2 ** 30 }),
      fc.integer({ min: 0, max: 2 ** 21 }),
      fc.boolean(),
      range,
      (exponent, centre, reach, far, { low, span }) => {
        const middle = far ? centre : centre % 2 ** 12;
        const channel = fixedChannel(quantizeMultiplier(2 ** exponent), {
          least: middle - reach,
          most: middle + reach,
        });
        const clamp = { low, high: low + span };
        const made = evaluate(channel, clamp);
        if (made === undefined) throw new Error('fixed point always has a recipe');
        recipes.add(made === channel.exact ? 'wide' : 'proved');
        if (made === channel.exact) return;
        for (const x of accumulators(channel.least, channel.most)) {
          const wanted = Math.min(Math.max(channel.exact(x), clamp.low), clamp.high);
          if (made(x) !== wanted) throw new Error(`${x} gives ${made(x)}, not ${wanted}`);
        }
      },
    ),
    { numRuns: 200 },
  );
  expect(recipes.has('proved')).toBe(true);
});

test('a map in float32 needs no other recipe than itself', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -16, max: 4, noNaN: true }),
      fc.integer({ min: 0, max: 2 ** 30 }),
      range,
      (exponent, reach, { low, span }) => {
        const factor = Float32Array.of(2 ** exponent);
        const bounds = { least: -Math.min(reach, 2 ** (20 - exponent)), most: 1 };
        const channel = channelOf({ kind: 'float32', factor }, 0, bounds);
        const clamp = { low, high: low + span };
        const made = evaluate(channel, clamp);
        if (made === undefined || made === channel.exact) throw new Error('there is a recipe');
        for (const x of accumulators(channel.least, channel.most)) {
          const wanted = Math.min(Math.max(channel.exact(x), clamp.low), clamp.high);
          if (made(x) !== wanted) throw new Error(`${x} gives ${made(x)}, not ${wanted}`);
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('a map in float64 has the float recipe or none', () => {
  let found = 0;
  fc.assert(
    fc.property(fc.double({ min: -14, max: 0, noNaN: true }), range, (exponent, { low, span }) => {
      const factor = 2 ** exponent;
      const channel: Channel = {
        least: -20_000,
        most: 20_000,
        real: factor,
        exact: (x) => roundHalfAway(x * factor),
      };
      const clamp = { low, high: low + span };
      const made = evaluate(channel, clamp);
      if (made === undefined) return;
      found += 1;
      for (const x of accumulators(channel.least, channel.most)) {
        const wanted = Math.min(Math.max(channel.exact(x), clamp.low), clamp.high);
        if (made(x) !== wanted) throw new Error(`${x} gives ${made(x)}, not ${wanted}`);
      }
    }),
    { numRuns: 100 },
  );
  expect(found).toBeGreaterThan(50);
});
