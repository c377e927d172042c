import { clamp } from '../../../model/rounding.ts';
import type { Elements } from '../../../model/types.ts';
import type { CastParams } from '../kernel-params.ts';
/**
 * CAST (tflite/kernels/cast.cc): fractions are cut off, integers wrap, and floats saturate or wrap by the type that
 * they become. What C++ leaves undefined (NaN, and a float beyond int32 to int8 or int64) wraps or becomes 0 here.
 */
import type { Step } from '../kernels.ts';

function isWide(data: Elements): data is BigInt64Array | BigUint64Array {
  return data instanceof BigInt64Array || data instanceof BigUint64Array;
}

function castToWide({ inputOffset }: CastParams, input: Elements, target: BigInt64Array | BigUint64Array) {
  const convert = (value: number): bigint =>
    BigInt(Number.isFinite(value) ? Math.trunc(value) + inputOffset : 0);
  return () => {
    for (let i = 0; i < target.length; i++) {
      const value = input[i] as number | bigint;
      target[i] = typeof value === 'bigint' ? value : convert(value);
    }
  };
}

export function cast(params: CastParams, input: Elements, target: Elements): Step {
  if (isWide(target)) return castToWide(params, input, target);
  const { inputOffset, outputOffset, toBool, range } = params;
  const [min, max] = range !== undefined && input instanceof Float32Array ? range : [-Infinity, Infinity];
  const exact = target instanceof Float32Array || toBool;
  const narrow = (value: number | bigint): number =>
    Number(typeof value === 'bigint' && !exact ? BigInt.asIntN(32, value) : value) + inputOffset;
  return () => {
    for (let i = 0; i < target.length; i++) {
      const value = narrow(input[i] as number | bigint);
      if (exact) target[i] = toBool ? Number(value !== 0) : value;
      else
        target[i] = Number.isNaN(value) ? -outputOffset : Math.trunc(clamp(value, min, max)) - outputOffset;
    }
  };
}
