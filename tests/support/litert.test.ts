import { beforeAll, expect, test } from 'vitest';
import {
  type GoldenIndex,
  goldenEntries,
  type RangeJson,
  readCalibration,
  readGolden,
  readIndex,
  readVariant,
  type VariantName,
} from './golden-index.ts';
import { readKernelGolden } from './kernel-golden.ts';
import { type LiteRt, loadLiteRt } from './litert.ts';
import { withOutputs } from './tflite-patch.ts';

let litert: LiteRt;
beforeAll(async () => {
  litert = await loadLiteRt();
});

const variants: readonly VariantName[] = ['int8', 'uint8_io', 'int8_per_tensor'];

/** Its recorded XNNPACK outputs come from an int8 BATCH_MATMUL that was wrong on x86; LiteRT's is right. */
const wrongOnX86 = 'models/attention_block';

/** Runs on dynamic-range kernels, whose activations are rounded to int8 on the way. */
const hybrid = 'models/kws';

const entries = goldenEntries('models');
const plain = entries.filter((entry) => entry !== wrongOnX86);

test.each(plain)('%s: LiteRT gives the bytes that XNNPACK gave on x86', (entry) => {
  const index = readIndex(entry);
  for (const variant of variants) {
    const tflite = readVariant(index, variant);
    const golden = readKernelGolden(entry, variant);
    if (tflite === undefined || golden === undefined) continue;
    const model = litert.load(tflite);
    for (const { inputs, xnnpackOutputs } of golden.cases)
      expect(model.execute(inputs)).toEqual(xnnpackOutputs);
    model.dispose();
  }
});

test('attention_block: LiteRT lies within 3 steps of the reference kernels', () => {
  const tflite = readVariant(readIndex(wrongOnX86), 'int8') ?? new Uint8Array();
  const model = litert.load(tflite);
  for (const { inputs, outputs } of readKernelGolden(wrongOnX86, 'int8')?.cases ?? []) {
    const values = model.execute(inputs)[0]?.data as Int8Array;
    const apart = Array.from(values, (value, n) => Math.abs(value - Number(outputs[0]?.data[n])));
    expect(Math.max(...apart)).toBeLessThanOrEqual(3);
  }
  model.dispose();
});

test.each(entries.filter((entry) => entry !== hybrid))(
  '%s: the float outputs span the calibrated range',
  (entry) => {
    const index = readIndex(entry);
    const ranges = outputRanges(index);
    const model = litert.load(
      withOutputs(
        readGolden(index.float),
        ranges.map(({ i }) => i),
      ),
    );
    const runs = readCalibration(index).map((sample) => model.execute(sample));
    model.dispose();
    for (const [n, { min, max }] of ranges.entries()) {
      const values = runs.flatMap((outputs) => Array.from(outputs[n]?.data as Float32Array));
      const lowest = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
      // TensorFlow's calibrator starts from the smallest normal float, so no recorded maximum lies below it.
      const highest = values.reduce((a, b) => Math.max(a, b), 2 ** -126);
      expect(Math.abs(lowest - min)).toBeLessThanOrEqual(1e-5 * (max - min));
      expect(Math.abs(highest - max)).toBeLessThanOrEqual(1e-5 * (max - min));
    }
  },
);

function outputRanges(index: GoldenIndex): readonly RangeJson[] {
  const int8 = index.variants.int8?.subgraphs?.[0];
  const names = int8?.outputs.map((output) => int8.tensors[output]?.name);
  return index.calibrated_min_max?.[0]?.filter(({ name }) => names?.includes(name)) ?? [];
}

test('withOutputs hands out every op output of a model, and leaves the old outputs as they were', () => {
  const entry = 'models/effnet_block';
  const tflite = readVariant(readIndex(entry), 'int8') ?? new Uint8Array();
  const golden = readKernelGolden(entry, 'int8');
  const ids = golden?.cases[0]?.tensors.map(({ tensor }) => tensor) ?? [];
  const model = litert.load(tflite);
  const opened = litert.load(withOutputs(tflite, ids));
  for (const { inputs, tensors } of golden?.cases ?? []) {
    const values = opened.execute(inputs);
    expect(values.map(({ shape }) => shape)).toEqual(tensors.map(({ shape }) => shape));
    expect(values[ids.indexOf(golden?.outputs[0] ?? -1)]).toEqual(model.execute(inputs)[0]);
  }
  model.dispose();
  opened.dispose();
});

test('a file that LiteRT refuses throws its reason', () => {
  expect(() => litert.load(new Uint8Array(64))).toThrow();
});
