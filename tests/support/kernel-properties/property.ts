import fc from 'fast-check';
import type { Machine } from '../../../src/kernels/machine.ts';

/** A machine, and values that its form multiplies exactly. */
export interface Subject {
  readonly name: string;
  readonly machine: Machine;
  readonly weights: readonly [least: number, most: number];
  readonly inputs: readonly [least: number, most: number];
}
export interface Property {
  readonly name: string;
  /** @throws Error with the counterexample. */
  check(subject: Subject, runs: number): void;
}

export function check<T>(arbitrary: fc.Arbitrary<T>, runs: number, predicate: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, predicate), { numRuns: runs });
}
