import fc from 'fast-check';
import { quantizeMultiplier } from '../../../src/core/execute/fixed-point.ts';
import type { Output } from '../../../src/core/execute/int8/kernel-params.ts';
import { int8 } from './draw.ts';

/** How accumulators are rescaled; exponents are powers of two of real multipliers. */
export interface StageChoice {
  readonly exponent: number;
  readonly spread: number;
  readonly perChannel: boolean;
  readonly kind: Output['rescale']['kind'];
  readonly zeroPoint: number;
  readonly relu: boolean;
  readonly cut: number;
  readonly bias: number;
}
export const stageChoice: fc.Arbitrary<StageChoice> = fc.record({
  exponent: fc.integer({ min: -16, max: 2 }),
  spread: fc.double({ min: 0, max: 3, noNaN: true }),
  perChannel: fc.boolean(),
  kind: fc.constantFrom('fixed', 'real', 'float32'),
  zeroPoint: int8,
  relu: fc.boolean(),
  cut: fc.integer({ min: 0, max: 40 }),
  bias: fc.constantFrom(0, 100, 5000, 2 ** 20, 2 ** 30),
});

function rescaleOf(kind: StageChoice['kind'], factor: Float64Array): Output['rescale'] {
  if (kind === 'real') return { kind, factor };
  if (kind === 'float32') return { kind, factor: Float32Array.from(factor) };
  const fixed = Array.from(factor, quantizeMultiplier);
  return {
    kind,
    multiplier: Int32Array.from(fixed, ({ multiplier }) => multiplier),
    shift: Int32Array.from(fixed, ({ shift }) => shift),
  };
}

export function stageOf(choice: StageChoice, channels: number): Output {
  const { exponent, spread, perChannel, kind, zeroPoint, relu, cut } = choice;
  const factors = Float64Array.from(
    { length: perChannel ? channels : 1 },
    (_, c) => 2 ** (exponent + spread * Math.sin(c + 1)),
  );
  const min = relu ? zeroPoint : Math.max(-128, -128 + cut);
  return {
    rescale: rescaleOf(kind, factors),
    zeroPoint,
    min,
    max: Math.max(min, 127 - cut),
  };
}

/** Sums of products here are below this. */
const SUMS = 2 ** 24;

/** Products in float64 may have no exact recipe; those in float32 have, unless outputs lie millions of steps off. */
export function mayRefuse({ kind, exponent, bias }: StageChoice): 'refuse' | 'never' {
  if (kind === 'real') return 'refuse';
  return kind === 'float32' && (SUMS + bias) * 2 ** (exponent + 3) > 2 ** 21 ? 'refuse' : 'never';
}
