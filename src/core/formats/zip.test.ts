import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { writeNpy } from './npy.ts';
import { openNpz } from './npz.ts';
import { inMemory } from './random-access.ts';
import { openZipEntry, readZipEntries, readZipEntry } from './zip.ts';

const LIMIT = 1 << 20;

async function unzip(bytes: Uint8Array, limit = LIMIT): Promise<Record<string, Uint8Array>> {
  const file = inMemory(bytes);
  const content: Record<string, Uint8Array> = {};
  for (const entry of await readZipEntries(file))
    content[entry.name] = (await readZipEntry(file, entry, limit)).slice();
  return content;
}

/** Writes `value` over the little-endian field at `offset` behind the signature of the central header. */
function withCentralField(bytes: Uint8Array, offset: number, value: readonly number[]): Uint8Array {
  const changed = bytes.slice();
  const at = changed.findIndex(
    (_, i) => changed[i] === 0x50 && changed[i + 1] === 0x4b && changed[i + 2] === 1 && changed[i + 3] === 2,
  );
  changed.set(value, at + offset);
  return changed;
}

/** The same zip with the directory's sizes moved to zip64 fields, as writers of huge archives do. */
function asZip64(name: string, content: Uint8Array): Uint8Array {
  const plain = zipSync({ [name]: [content, { level: 0 }] });
  const localLength = 30 + name.length + content.length;
  const central = plain.slice(localLength, localLength + 46 + name.length);
  const view = new DataView(central.buffer);
  for (const field of [20, 24, 42]) view.setUint32(field, 0xffffffff, true);
  view.setUint16(30, 28, true);
  const extra = new Uint8Array(28);
  const extraView = new DataView(extra.buffer);
  extraView.setUint16(0, 1, true);
  extraView.setUint16(2, 24, true);
  extraView.setBigUint64(4, BigInt(content.length), true);
  extraView.setBigUint64(12, BigInt(content.length), true);
  const end64 = new DataView(new ArrayBuffer(56));
  end64.setUint32(0, 0x06064b50, true);
  end64.setBigUint64(40, BigInt(central.length + 28), true);
  end64.setBigUint64(48, BigInt(localLength), true);
  const locator = new DataView(new ArrayBuffer(20));
  locator.setUint32(0, 0x07064b50, true);
  locator.setBigUint64(8, BigInt(localLength + central.length + 28), true);
  const end = new Uint8Array(22).fill(255);
  end.set([0x50, 0x4b, 5, 6]);
  const parts = [
    plain.slice(0, localLength),
    central,
    extra,
    new Uint8Array(end64.buffer),
    new Uint8Array(locator.buffer),
    end,
  ];
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const files = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.uint8Array({ maxLength: 300 }), {
  noNullPrototype: true,
});

test('what a zip writer packed comes out again', async () => {
  await fc.assert(
    fc.asyncProperty(files, fc.constantFrom(0 as const, 6 as const), async (content, level) => {
      expect(await unzip(zipSync(content, { level }))).toEqual(content);
    }),
  );
});

test('zip64', async () => {
  expect(await unzip(asZip64('a.txt', strToU8('hello')))).toEqual({ 'a.txt': strToU8('hello') });
});

test('a stored entry can be read in pieces', async () => {
  const file = inMemory(zipSync({ a: [strToU8('hello world'), { level: 0 }] }));
  const [entry] = await readZipEntries(file);
  const content = entry && (await openZipEntry(file, entry, 4));
  expect(await content?.read(6, 5)).toEqual(strToU8('world'));
});

describe('refused', () => {
  const packed = zipSync({ a: strToU8('a'.repeat(5000)) });
  test.each([
    ['an encrypted entry', withCentralField(packed, 8, [1, 0])],
    ['another method', withCentralField(packed, 10, [99, 0])],
    ['a size that deflate cannot reach', withCentralField(packed, 24, [0, 0, 15, 0])],
    ['a size that is too small', withCentralField(packed, 24, [10, 0, 0, 0])],
    ['a wrong checksum', withCentralField(packed, 16, [1, 2, 3, 4])],
    ['no directory', packed.subarray(0, packed.length - 22)],
    ['nothing', new Uint8Array(0)],
  ])('%s', async (_, bytes) => {
    await expect(unzip(bytes)).rejects.toBeInstanceOf(Problem);
  });

  test('an entry beyond the limit', async () => {
    await expect(unzip(packed, 4999)).rejects.toMatchObject({ code: 'file/invalid' });
  });

  test('changed and missing bytes end in a Problem or in the content', async () => {
    const bytes = zipSync({ a: strToU8('aabbaabb'), b: [strToU8('cc'), { level: 0 }] });
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: bytes.length - 1 }),
        fc.nat({ max: 255 }),
        fc.nat({ max: bytes.length }),
        async (at, value, length) => {
          const changed = bytes.slice(0, length);
          if (at < length) changed[at] = value;
          await unzip(changed).catch((error: unknown) => expect(error).toBeInstanceOf(Problem));
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('the arrays of a NumPy archive, compressed or not, by name', async () => {
  const array = (value: number) =>
    writeNpy({ dtype: 'int8', shape: [2], data: new Int8Array([value, -value]) });
  const arrays = await openNpz(
    inMemory(zipSync({ 'x.npy': [array(1), { level: 0 }], 'y.npy': array(2), 'readme.txt': strToU8('!') })),
  );
  expect([...arrays.keys()]).toEqual(['x', 'y']);
  expect(await arrays.get('x')?.read(1, 1)).toEqual(new Int8Array([-1]));
  expect(await arrays.get('y')?.read(0, 2)).toEqual(new Int8Array([2, -2]));
});
