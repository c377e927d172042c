import { Problem } from '../../../problem.ts';
import type { OpContext, Value } from '../context.ts';

/** The integers of a value of int32 or int64, as they are now. */
export function integersOf({ data }: Value): readonly number[] {
  return Array.from(data as Iterable<number | bigint>, Number);
}

/** @throws Problem `model/invalid` for other types or another count */
export function expectIntegers(context: OpContext, value: Value, count: number): void {
  if (value.dtype !== 'int32' && value.dtype !== 'int64')
    throw context.invalid(`"${value.name}" is ${value.dtype}, not int32 or int64`);
  context.expectCount(value, count);
}

/**
 * Integers of an input that repeat what shapes say, such as the size of a resized image: constant ones, or else `said`,
 * with which every run compares them.
 */
export function statedIntegers(
  context: OpContext,
  position: number,
  said: readonly number[],
): readonly number[] {
  const value = context.input(position);
  if (value.constant) return context.integers(position);
  expectIntegers(context, value, said.length);
  context.checks.push(() => {
    const given = integersOf(value);
    if (given.join() === said.join()) return;
    const text = `${context.describe()}: "${value.name}" is [${given}] where the model's shapes say [${said}].`;
    throw new Problem('compute/runtime', text, { tensor: value.id });
  });
  return said;
}

/** A check of values that only a run knows, whose refusal is told as a run's. */
export function whileRunning<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Problem) throw new Problem('compute/runtime', error.message, error.details);
    throw error;
  }
}
