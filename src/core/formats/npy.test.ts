import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocate, elementCount } from '../model/data.ts';
import type { Dtype, TensorData } from '../model/types.ts';
import { Problem } from '../problem.ts';
import { readNpy, writeNpy } from './npy.ts';
import { inMemory } from './random-access.ts';

const read = (bytes: Uint8Array) => readNpy(inMemory(bytes));

/** A `.npy` file as NumPy lays it out, with any header. */
function npy(dictionary: string, data: readonly number[], version = 1): Uint8Array {
  const text = [...`${dictionary}\n`].map((letter) => letter.charCodeAt(0));
  const length =
    version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.from([
    0x93,
    ...[...'NUMPY'].map((letter) => letter.charCodeAt(0)),
    version,
    0,
    ...length,
    ...text,
    ...data,
  ]);
}

const dtypes: readonly Dtype[] = [
  'float32',
  'float64',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
];
const tensors = fc
  .record({
    dtype: fc.constantFrom(...dtypes),
    shape: fc.array(fc.nat({ max: 4 }), { maxLength: 4 }),
    seed: fc.nat(),
  })
  .map(({ dtype, shape, seed }): TensorData => {
    const data = allocate(dtype, elementCount(shape));
    for (let i = 0; i < data.length; i++) {
      const value = (seed * (i + 1)) % (dtype === 'bool' ? 2 : 127);
      data[i] = data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(value) : value;
    }
    return { dtype, shape, data };
  });

test('what is written is read back', async () => {
  await fc.assert(
    fc.asyncProperty(tensors, async (tensor) => {
      expect(await read(writeNpy(tensor))).toEqual(tensor);
    }),
  );
});

test('the data begins at a multiple of 64 bytes', () => {
  const bytes = writeNpy({ dtype: 'uint8', shape: [3], data: new Uint8Array([1, 2, 3]) });
  expect((bytes.length - 3) % 64).toBe(0);
});

describe('other writers', () => {
  test.each([1, 2, 3])('format version %d', async (version) => {
    const file = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", [7, 9], version);
    expect(await read(file)).toEqual({ shape: [2], dtype: 'uint8', data: new Uint8Array([7, 9]) });
  });

  test('Fortran order becomes C order', async () => {
    const file = npy(
      "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }",
      [1, 4, 2, 5, 3, 6].flatMap((value) => [value, 0]),
    );
    expect((await read(file)).data).toEqual(new Int16Array([1, 2, 3, 4, 5, 6]));
  });

  test('big-endian floats', async () => {
    const file = npy("{'descr': '>f4', 'fortran_order': False, 'shape': (), }", [0x3f, 0x80, 0, 0]);
    expect(await read(file)).toEqual({ shape: [], dtype: 'float32', data: new Float32Array([1]) });
  });

  test('half floats are widened', async () => {
    const file = npy("{'descr': '<f2', 'fortran_order': False, 'shape': (2,)}", [0x00, 0x3c, 0x00, 0xc4]);
    expect((await read(file)).data).toEqual(new Float32Array([1, -4]));
  });
});

describe('refused', () => {
  const header = (descr: string, shape: string) =>
    `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  test.each([
    [
      'fewer elements than the shape says',
      npy(header('<f4', '(1000000, 1000000)'), [0, 0, 0, 0]),
      'file/truncated',
    ],
    ['objects', npy(header('|O8', '(1,)'), []), 'file/invalid'],
    ['strings', npy(header('<U4', '(1,)'), []), 'file/invalid'],
    ['a header that is none', npy('rm -rf', []), 'file/invalid'],
    ['an unknown version', npy(header('|u1', '(0,)'), [], 9), 'file/invalid'],
    ['only the beginning', npy(header('|u1', '(0,)'), []).subarray(0, 9), 'file/truncated'],
  ])('%s', async (_, bytes, code) => {
    await expect(read(bytes)).rejects.toMatchObject({ code });
  });

  test('changed bytes end in a Problem or in an array', async () => {
    const bytes = writeNpy({ dtype: 'float32', shape: [2, 3], data: new Float32Array(6) });
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: bytes.length - 1 }),
        fc.nat({ max: 255 }),
        fc.nat({ max: bytes.length }),
        async (at, value, length) => {
          const changed = bytes.slice(0, length);
          if (at < length) changed[at] = value;
          await read(changed).catch((error: unknown) => expect(error).toBeInstanceOf(Problem));
        },
      ),
    );
  });
});
