import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { writePng } from '../../tests/support/png.ts';
import { noShared, shared, skipNote } from '../../tests/support/shared.ts';
import { pictureDecoder } from '../codecs/decode.ts';
import { writeNpy } from '../core/formats/npy.ts';
import type { Preprocess } from '../core/images/preprocess.ts';
import type { NamedSample, SampleSource } from '../core/model/samples.ts';
import type { Tensor } from '../core/model/types.ts';
import { codecAssets } from './codec-assets.ts';
import { openSamples } from './sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'zeropoint-sources-'));
afterAll(() => rmSync(folder, { recursive: true }));

function put(path: string, bytes: Uint8Array): string {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, bytes);
  return whole;
}

/** A picture of one grey. */
const grey = (value: number) => writePng({ width: 2, height: 2, colour: 0, depth: 8 }, () => value);
const input: Tensor = { name: 'serving_default_x:0', shape: [1, 2, 2, 1], dtype: 'float32' };
const preprocess: Preprocess = { size: [2, 2], fit: 'stretch', channels: 'grey', mean: [0], std: [1] };
const decode = pictureDecoder(codecAssets());
const options = { inputs: [input], decode, preprocess };

/** Name, label and first value of every sample. */
async function summary(source: SampleSource): Promise<(readonly [string, number | undefined, number])[]> {
  const samples: NamedSample[] = [];
  for await (const sample of source.open()) samples.push(sample);
  return samples.map(({ name, label, sample }) => [name, label, Number(sample[0]?.data[0])]);
}

put('classes/cat/a.png', grey(10));
put('classes/dog/b.png', grey(20));
put('classes/dog/notes.txt', strToU8('no picture'));
put('classes/.hidden.png', grey(0));
const classes = join(folder, 'classes');
const labelled = [
  ['cat/a.png', 0, 10],
  ['dog/b.png', 1, 20],
];

describe('pictures', () => {
  test('a folder, whose folders name the classes', async () => {
    const source = await openSamples([classes], options);
    expect(source).toMatchObject({ count: 2, kind: 'pictures', classNames: ['cat', 'dog'] });
    expect(await summary(source)).toEqual(labelled);
    expect(await summary(source)).toEqual(labelled);
  });

  test('a zip', async () => {
    const zip = put('a.zip', zipSync({ 'x/dog/b.png': grey(20), 'x/cat/a.png': grey(10) }));
    expect(await summary(await openSamples([zip], options))).toEqual([
      ['x/cat/a.png', 0, 10],
      ['x/dog/b.png', 1, 20],
    ]);
  });

  test('a list keeps its order', async () => {
    const list = put('list.txt', strToU8('classes/dog/b.png\nclasses/cat/a.png\n'));
    expect(await summary(await openSamples([list], options))).toEqual([
      ['classes/dog/b.png', 1, 20],
      ['classes/cat/a.png', 0, 10],
    ]);
    const csv = put('list.csv', strToU8('file,class_index,class\nclasses/dog/b.png,7,dog\n'));
    const source = await openSamples([csv], options);
    expect(await summary(source)).toEqual([['classes/dog/b.png', 7, 20]]);
    expect(source.classNames?.[7]).toBe('dog');
  });

  test('a table of classes, and names of classes', async () => {
    const table = put('t.csv', strToU8('file,class_index\nclasses/dog/b.png,5\n'));
    expect(await summary(await openSamples([classes], options, table))).toEqual([
      ['cat/a.png', undefined, 10],
      ['dog/b.png', 5, 20],
    ]);
    const names = put('names.txt', strToU8('dog\ncat\n'));
    expect(await summary(await openSamples([classes], options, names))).toEqual([
      ['cat/a.png', 1, 10],
      ['dog/b.png', 0, 20],
    ]);
  });

  test('a single picture', async () => {
    expect(await summary(await openSamples([join(classes, 'cat/a.png')], options))).toEqual([
      ['a.png', undefined, 10],
    ]);
  });

  test('what cannot be decoded is named and skipped', async () => {
    put('mixed/a.png', grey(1));
    put('mixed/broken.png', grey(1).subarray(0, 30));
    const skipped: string[] = [];
    const source = await openSamples([join(folder, 'mixed')], options);
    const names: string[] = [];
    for await (const { name } of source.open((name, problem) => skipped.push(`${name}: ${problem.code}`)))
      names.push(name);
    expect([names, skipped]).toEqual([['a.png'], ['broken.png: images/undecodable']]);
  });
});

describe('arrays', () => {
  const values = put(
    'values.npy',
    writeNpy({ dtype: 'float32', shape: [2, 2, 2, 1], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) }),
  );
  const pixels = writeNpy({ dtype: 'uint8', shape: [3, 4, 4], data: new Uint8Array(48).fill(9) });

  test('values as they are', async () => {
    const source = await openSamples([values], options);
    expect(source).toMatchObject({ count: 2, kind: 'arrays' });
    expect(await summary(source)).toEqual([
      ['values.npy[0]', undefined, 1],
      ['values.npy[1]', undefined, 5],
    ]);
  });

  test('bytes are pixels, which are preprocessed', async () => {
    const source = await openSamples([put('pixels.npy', pixels)], {
      ...options,
      preprocess: { ...preprocess, std: [3] },
    });
    expect(source).toMatchObject({ count: 3, kind: 'pictures' });
    expect((await summary(source)).map(([, , value]) => value)).toEqual([3, 3, 3]);
  });

  test('IDX with its labels beside it', async () => {
    const images = put(
      't10k-images-idx3-ubyte',
      Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 1, 1, 1, 8, 8, 8, 8]),
    );
    put('t10k-labels-idx1-ubyte', Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 7, 4]));
    expect(
      (await summary(await openSamples([images], options))).map(([, label, value]) => [label, value]),
    ).toEqual([
      [7, 1],
      [4, 8],
    ]);
  });

  test('labels given as an array', async () => {
    const labels = put(
      'labels.npy',
      writeNpy({ dtype: 'int64', shape: [2], data: BigInt64Array.of(3n, 1n) }),
    );
    expect((await summary(await openSamples([values], options, labels))).map(([, label]) => label)).toEqual([
      3, 1,
    ]);
    const one = put('one.npy', writeNpy({ dtype: 'int64', shape: [1], data: BigInt64Array.of(3n) }));
    await expect(openSamples([values], options, one)).rejects.toMatchObject({
      code: 'labels/invalid',
    });
  });

  const two = { ...options, inputs: [input, { name: 'y', shape: [1, 1], dtype: 'float32' } as const] };
  const y = writeNpy({ dtype: 'float32', shape: [2, 1], data: Float32Array.of(1, 2) });
  const x = writeNpy({ dtype: 'float32', shape: [2, 2, 2, 1], data: new Float32Array(8) });

  test('several inputs', async () => {
    const npz = put('both.npz', zipSync({ 'y.npy': y, 'x.npy': x }));
    expect(await openSamples([npz], two)).toMatchObject({ count: 2, kind: 'arrays' });
    expect(await openSamples([`y=${put('y.npy', y)}`, `x=${values}`], two)).toMatchObject({ count: 2 });
    const positional = put('positional.npz', zipSync({ 'arr_0.npy': x, 'arr_1.npy': y }));
    expect(await openSamples([positional], two)).toMatchObject({ count: 2 });
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['pictures for two inputs', () => openSamples([classes], two), 'model/inputs'],
    ['one array of two', () => openSamples([put('x.npz', zipSync({ 'x.npy': x }))], two), 'model/inputs'],
    [
      'another shape',
      () =>
        openSamples(
          [put('w.npy', writeNpy({ dtype: 'float32', shape: [3, 5], data: new Float32Array(15) }))],
          options,
        ),
      'images/shape',
    ],
    [
      'pictures for an input that takes none',
      () => openSamples([classes], { inputs: [{ ...input, shape: [1, 640] }], decode }),
      'images/shape',
    ],
    [
      'an empty folder',
      () => openSamples([dirname(put('none/readme.txt', strToU8('x')))], options),
      'images/none',
    ],
    ['an empty file', () => openSamples([put('empty.zip', new Uint8Array(0))], options), 'file/empty'],
    [
      'a model',
      () => openSamples([put('m.zip', strToU8('\x1c\0\0\0TFL3', true))], options),
      'file/other-kind',
    ],
    ['a path that does not exist', () => openSamples([join(folder, 'nowhere')], options), 'file/unreadable'],
    ['nothing', () => openSamples([], options), 'images/none'],
  ])('%s is refused', async (_, run, code) => {
    await expect(run()).rejects.toMatchObject({ code });
  });

  test('a folder of which nothing can be used', async () => {
    put('bad/a.png', strToU8('text'));
    await expect(openSamples([join(folder, 'bad')], options).then(summary)).rejects.toMatchObject({
      code: 'images/none',
    });
  });
});

describe.skipIf(noShared)(`real data${skipNote}`, () => {
  const colour: Tensor = { name: 'x', shape: [1, 32, 32, 3], dtype: 'float32' };
  const cifar = {
    inputs: [colour],
    decode,
    preprocess: { ...preprocess, size: [32, 32], channels: 'rgb' } as const,
  };

  test('bad pictures in a folder are skipped, the good ones used', async () => {
    const skipped: string[] = [];
    const source = await openSamples([shared('bad-inputs/images')], cifar);
    const used: string[] = [];
    for await (const { name } of source.open((name) => skipped.push(name))) used.push(name);
    expect(skipped).toEqual(['empty.jpg', 'random.png', 'text.jpg', 'truncated.jpg', 'vector.svg']);
    expect(used.every((name) => name.startsWith('ok'))).toBe(true);
  });

  test('CIFAR-10 in a zip with class folders', async () => {
    const source = await openSamples([shared('data/cifar10/cifar10-test-200.zip')], cifar);
    expect(source.count).toBe(200);
    const samples = await summary(source);
    expect(new Set(samples.map(([, label]) => label)).size).toBe(10);
  });

  test('MNIST', async () => {
    const mnist = {
      inputs: [{ ...input, shape: [1, 28, 28, 1] }],
      decode,
      preprocess: { ...preprocess, size: [28, 28] } as const,
    };
    const source = await openSamples([shared('data/mnist/test-images-idx3-ubyte')], mnist);
    expect(source).toMatchObject({ count: 2000, kind: 'pictures' });
    expect((await summary(source)).every(([, label]) => label !== undefined)).toBe(true);
  });
});
