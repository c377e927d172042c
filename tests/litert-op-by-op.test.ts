import { beforeAll, expect, test } from 'vitest';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { goldenEntries, readIndex, readVariant } from './support/golden-index.ts';
import { readKernelGolden } from './support/kernel-golden.ts';
import { type LiteRt, loadLiteRt } from './support/litert.ts';
import { compareOpByOp } from './support/per-op-oracle.ts';

/**
 * XNNPACK rounds in float32 where the reference kernels, which ours equal, round in fixed point: an op may differ, never
 * by more than one step.
 */
const largestStep = 1;

let litert: LiteRt;
beforeAll(async () => {
  litert = await loadLiteRt();
});

test.each(goldenEntries('models'))(
  '%s: each op lies within one step of LiteRT on the same inputs',
  (entry) => {
    const tflite = readVariant(readIndex(entry), 'int8') ?? new Uint8Array();
    const samples = readKernelGolden(entry, 'int8')?.cases.map(({ inputs }) => inputs) ?? [];
    const executor = createInt8Executor(readTflite(tflite), { arithmetic: 'litert-reference' });
    const differences = compareOpByOp(litert, tflite, executor, samples);
    executor.dispose();
    expect(differences.length).toBeGreaterThan(0);
    expect(differences.filter(({ largest }) => !(largest <= largestStep))).toEqual([]);
  },
);
