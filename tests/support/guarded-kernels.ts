import type { Int8Kernels, Step } from '../../src/core/execute/int8/kernels.ts';

/** A kernel asked for an element that its array does not have. */
export class OutOfBounds extends Error {}

function isArray(value: unknown): value is Int8Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** `array`, but an index beyond its ends throws, where JavaScript would read `undefined` and drop what is written. */
function guarded(array: Int8Array): Int8Array {
  const check = (key: string | symbol): void => {
    if (typeof key === 'string' && !(key in array)) throw new OutOfBounds(`index ${key} of ${array.length}`);
  };
  return new Proxy(array, {
    get: (target, key) => {
      check(key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
    set: (target, key, value) => {
      check(key);
      return Reflect.set(target, key, value, target);
    },
  });
}

/** An argument of a kernel with every array in it guarded. */
function guardedDeeply(value: unknown): unknown {
  if (isArray(value)) return guarded(value);
  if (Array.isArray(value)) return value.map(guardedDeeply);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, guardedDeeply(part)]));
}

/** Kernels that may touch nothing but the arrays that they are given. */
export function guardedKernels(kernels: Int8Kernels): Int8Kernels {
  return new Proxy(kernels, {
    get: (target, name) => {
      const prepare = Reflect.get(target, name) as ((...given: unknown[]) => Step) | undefined;
      if (prepare === undefined) return undefined;
      return (...given: unknown[]): Step => prepare(...given.map(guardedDeeply));
    },
  });
}
