import { bitsOf } from '../model/data.ts';
import type { Dtype, Shape } from '../model/types.ts';
import { Problem } from '../problem.ts';

export interface NpyHeader {
  readonly shape: Shape;
  readonly dtype: Dtype;
  /** Bytes of one element. */
  readonly itemSize: number;
  readonly bigEndian: boolean;
  readonly fortranOrder: boolean;
}

const dtypes: Readonly<Record<string, Dtype>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  b1: 'bool',
};

/**
 * Reads the header of a `.npy` file, a Python dictionary such as
 * `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`. Only literals of that form are accepted.
 */
export function parseNpyDictionary(text: string): NpyHeader {
  const shown = text.trim().slice(0, 120);
  const [, order, code] = /'descr'\s*:\s*'([<>|=]?)([a-zA-Z]\d+)'/.exec(text) ?? [];
  const [, fortran] = /'fortran_order'\s*:\s*(True|False)/.exec(text) ?? [];
  const [, dimensions] = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text) ?? [];
  if (order === undefined || code === undefined || fortran === undefined || dimensions === undefined) {
    throw new Problem('file/invalid', `The header of the NumPy array is not understood: ${shown}`, {
      header: shown,
    });
  }
  const dtype = dtypes[code];
  if (dtype === undefined) {
    throw new Problem(
      'file/invalid',
      `A NumPy array of type "${order}${code}" cannot be used; it must hold numbers.`,
      { dtype: code },
    );
  }
  const shape = dimensions
    .split(',')
    .map((part) => part.replace('L', '').trim())
    .filter((part) => part !== '')
    .map(Number);
  return {
    shape,
    dtype,
    itemSize: (bitsOf(dtype) ?? 8) / 8,
    bigEndian: order === '>',
    fortranOrder: fortran === 'True',
  };
}
