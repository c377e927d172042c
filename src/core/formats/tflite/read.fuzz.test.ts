import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readGolden } from '../../../../tests/support/golden-index.ts';
import { checkModel } from '../../model/check.ts';
import type { Model } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import { readTflite } from './read.ts';
import { writeTflite } from './write.ts';

/** Small files, so that an edit is likely to hit structure: each op kind's options, shared buffers, signatures. */
const seeds = [
  'ops/conv_grouped/int8.tflite',
  'ops/conv_pool_fc_softmax/float.tflite',
  'ops/split_v/float.tflite',
  'ops/strided_slice_shrink/int8.tflite',
  'ops/concat_two_convs_fanout/int8.tflite',
  'ops/gelu_tanh/float.tflite',
  'ops/neg/int8.tflite',
  'models/attention_block/float.tflite',
].map((path) => readGolden(path));

const slowestMs = 2000;

/** Reads `file`; a model that passes has to survive its own writing. Anything but a Problem is thrown on. */
function readOrProblem(file: Uint8Array): Model | Problem {
  const start = performance.now();
  try {
    const model = readTflite(file);
    checkModel(readTflite(writeTflite(model)));
    return model;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  } finally {
    expect(performance.now() - start).toBeLessThan(slowestMs);
  }
}

const seed = fc.constantFrom(...seeds);
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** Overwrites a byte, or an aligned word with what hurts most as an offset, a length or an index. */
const edit = fc.oneof(
  fc.record({ place, byte: fc.integer({ min: 0, max: 255 }) }),
  fc.record({
    place,
    word: fc.oneof(fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31)), fc.integer({ min: -64, max: 4096 })),
  }),
  fc.record({ place, copyFrom: place, length: fc.integer({ min: 1, max: 16 }) }),
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function apply(file: Uint8Array, change: Edit): void {
  const at = Math.floor(change.place * (file.length - 16));
  if ('byte' in change) file[at] = change.byte;
  else if ('word' in change) new DataView(file.buffer).setInt32(at - (at % 4), change.word, true);
  else {
    const from = Math.floor(change.copyFrom * (file.length - 16));
    file.copyWithin(at, from, from + change.length);
  }
}

describe('damaged files end in a Problem or in a model that passes the checks', () => {
  test('edited', () => {
    fc.assert(
      fc.property(seed, fc.array(edit, { minLength: 1, maxLength: 6 }), (original, edits) => {
        const file = original.slice();
        for (const change of edits) apply(file, change);
        readOrProblem(file);
      }),
      { numRuns: 4000 },
    );
  });

  test('cut off', () => {
    fc.assert(
      fc.property(seed, place, (original, at) => {
        readOrProblem(original.slice(0, Math.floor(at * original.length)));
      }),
      { numRuns: 1000 },
    );
  });

  test('random bytes behind a good header', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 400 }), (bytes) => {
        bytes.set(
          [...'TFL3'].map((char) => char.charCodeAt(0)),
          4,
        );
        readOrProblem(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});

test('the seeds themselves are read', () => {
  for (const file of seeds) expect(readOrProblem(file)).not.toBeInstanceOf(Problem);
});

test('a file that stands unaligned in memory, as inside a zip, reads the same', () => {
  for (const file of seeds) {
    const memory = new Uint8Array(file.length + 1);
    memory.set(file, 1);
    expect(readTflite(memory.subarray(1))).toEqual(readTflite(file));
  }
});
