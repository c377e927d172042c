import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { writePng } from '../../tests/support/png.ts';
import { codecAssets } from '../cli/codec-assets.ts';
import { pictureDecoder } from '../codecs/decode.ts';
import { writeNpy } from '../core/formats/npy.ts';
import type { NamedSample, SampleSource } from '../core/model/samples.ts';
import type { Shape, Tensor } from '../core/model/types.ts';
import type { GivenFile } from './api.ts';
import { openGivenSamples, sampleFile } from './given-samples.ts';

function given(path: string, bytes: Uint8Array): GivenFile {
  return { path, file: new Blob([new Uint8Array(bytes)]) };
}

/** A picture of one grey. */
const grey = (value: number) => writePng({ width: 2, height: 2, colour: 0, depth: 8 }, () => value);
const floats = (shape: Shape, ...values: readonly number[]) =>
  writeNpy({ shape, dtype: 'float32', data: Float32Array.from(values) });
const integers = (...values: readonly number[]) =>
  writeNpy({ shape: [values.length], dtype: 'int32', data: Int32Array.from(values) });

const input: Tensor = { name: 'x', shape: [1, 2, 2, 1], dtype: 'float32' };
const options = {
  inputs: [input],
  decode: pictureDecoder(codecAssets()),
  preprocess: { size: [2, 2], fit: 'stretch', channels: 'grey', mean: [0], std: [1] },
} as const;

/** Name, label and first value of every sample. */
async function summary(source: SampleSource): Promise<(readonly [string, number | undefined, number])[]> {
  const samples: NamedSample[] = [];
  for await (const sample of source.open()) samples.push(sample);
  return samples.map(({ name, label, sample }) => [name, label, Number(sample[0]?.data[0])]);
}

const folder = [
  given('set/dog/b.png', grey(20)),
  given('set/cat/a.png', grey(10)),
  given('set/.DS_Store', strToU8('x')),
];
const byFolder = [
  ['set/cat/a.png', 0, 10],
  ['set/dog/b.png', 1, 20],
];

describe('pictures', () => {
  test('a folder, in the order of paths, whose folders name the classes', async () => {
    const source = await openGivenSamples(folder, options);
    expect(source.classNames).toEqual(['cat', 'dog']);
    expect(await summary(source)).toEqual(byFolder);
  });

  test('a text that is no list of classes changes nothing', async () => {
    const readme = given('set/README.txt', strToU8('These pictures\nwere drawn.'));
    expect(await summary(await openGivenSamples([...folder, readme], options))).toEqual(byFolder);
  });

  test('a list of classes gives the numbers', async () => {
    const labels = given('labels.txt', strToU8('bird\ndog\ncat\n'));
    expect(await summary(await openGivenSamples([...folder, labels], options))).toEqual([
      ['set/cat/a.png', 2, 10],
      ['set/dog/b.png', 1, 20],
    ]);
  });

  test('a table of classes comes before a list', async () => {
    const files = [
      ...folder,
      given('labels.txt', strToU8('cat\ndog')),
      given('set/test.csv', strToU8('file,class_index,class\ndog/b.png,7,g\ncat/a.png,5,f\n')),
    ];
    expect((await summary(await openGivenSamples(files, options))).map(([, label]) => label)).toEqual([5, 7]);
  });

  test('a zip', async () => {
    const zip = given('set.zip', zipSync({ 'dog/b.png': grey(20), 'cat/a.png': grey(10) }));
    expect(await summary(await openGivenSamples([zip], options))).toEqual([
      ['cat/a.png', 0, 10],
      ['dog/b.png', 1, 20],
    ]);
  });

  test('nothing that could be a picture', async () => {
    const files = [given('notes.txt', strToU8('x')), given('.hidden.png', grey(0))];
    await expect(openGivenSamples(files, options)).rejects.toMatchObject({ code: 'images/none' });
  });
});

describe('arrays', () => {
  const values = given('values.npy', floats([2, 2, 2, 1], 1, 2, 3, 4, 5, 6, 7, 8));

  test('values, with labels in their order beside them', async () => {
    const source = await openGivenSamples([given('labels.npy', integers(3, 4)), values], options);
    expect(source.kind).toBe('arrays');
    expect((await summary(source)).map(([, label, first]) => [label, first])).toEqual([
      [3, 1],
      [4, 5],
    ]);
  });

  test('a file for each of several inputs, called after them', async () => {
    const inputs: readonly Tensor[] = [
      { name: 'left', shape: [1, 1], dtype: 'float32' },
      { name: 'right', shape: [1, 1], dtype: 'float32' },
    ];
    const files = [given('a/right.npy', floats([2, 1], 3, 4)), given('a/left.npy', floats([2, 1], 1, 2))];
    const source = await openGivenSamples(files, { ...options, inputs });
    expect((await summary(source)).map(([, , first]) => first)).toEqual([1, 2]);
  });
});

test('a file that was changed since it was given', async () => {
  const gone = {
    size: 4,
    slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }),
  };
  const { file } = sampleFile({ path: 'a.png', file: gone as unknown as Blob });
  await expect(file.read(0, 4)).rejects.toMatchObject({
    code: 'file/unreadable',
    details: { path: 'a.png' },
  });
});
