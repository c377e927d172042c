import { beforeAll, expect, test } from 'vitest';
import { nodeKernels } from '../src/cli/kernel-builds.ts';
import type { Arithmetic } from '../src/core/execute/int8/context.ts';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { createReferenceKernels } from '../src/core/execute/int8/reference/index.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { writeTflite } from '../src/core/formats/tflite/write.ts';
import { allocate, elementCount } from '../src/core/model/data.ts';
import { mainGraph, tensorAt } from '../src/core/model/graph.ts';
import type { Model, Sample, TensorData } from '../src/core/model/types.ts';
import { Table } from './support/difference-table.ts';
import { goldenEntries, readIndex, readVariant } from './support/golden-index.ts';
import { readKernelGolden } from './support/kernel-golden.ts';
import { type LiteRt, loadLiteRt } from './support/litert.ts';
import { compareOpByOp, type OpDifference } from './support/per-op-oracle.ts';
import { drawModel, quantizedForms, type Random } from './support/quantized-forms.ts';
import { noShared, readShared, skipNote } from './support/shared.ts';

/**
 * The profile `xnnpack` against LiteRT, whose default delegate it reproduces: each op on its own inputs, ops of random
 * scales, and whole nets. `tflm` stands beside it, so that a table shows what the profile is for.
 */
const profiles = ['xnnpack', 'tflm'] as const satisfies readonly Arithmetic[];

/** Float ops whose C library rounds otherwise than JavaScript; largest difference in real units. */
const libraryFunctions: Readonly<Record<string, number>> = { SIN: 2 ** -22, ELU: 2 ** -22 };
/** A divisor of 0 is refused here, not computed. */
const refused = ['ops/div'];

/** Forms that refuse scales far apart, or whose outputs saturate there in LiteRT's own kernels, which overflow. */
const nearOnly = ['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED', 'SOFTMAX', 'HARD_SWISH'];

let litert: LiteRt;
beforeAll(async () => {
  litert = await loadLiteRt();
});

function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

function drawSample(model: Model, random: Random): Sample {
  const graph = mainGraph(model);
  return graph.inputs.map((id) => {
    const { shape, dtype } = tensorAt(graph, id);
    const data = allocate(dtype, elementCount(shape)) as Int8Array | Uint8Array;
    return { shape, dtype, data: data.map(() => 256 * random()) };
  });
}

/** Differences of every op of a file by profile. */
function compareProfiles(
  tflite: Uint8Array,
  samples: readonly Sample[],
  add: (profile: Arithmetic, found: OpDifference) => void,
): void {
  for (const profile of profiles) {
    const executor = createInt8Executor(readTflite(tflite), { arithmetic: profile });
    for (const difference of compareOpByOp(litert, tflite, executor, samples)) add(profile, difference);
    executor.dispose();
  }
}

test('every op of the golden files equals LiteRT on the same inputs', () => {
  const table = new Table('op of a file', profiles);
  const entries = [...goldenEntries('ops'), ...goldenEntries('models')].filter((e) => !refused.includes(e));
  for (const entry of entries) {
    const tflite = readVariant(readIndex(entry), 'int8');
    const samples = readKernelGolden(entry, 'int8')?.cases.map(({ inputs }) => inputs) ?? [];
    if (tflite !== undefined)
      compareProfiles(tflite, samples, (profile, found) => table.add(found.name, profile, found));
  }
  table.print();
  expect(table.size).toBeGreaterThan(60);
  expect(table.beyond('xnnpack', (name) => libraryFunctions[name] ?? 0)).toEqual([]);
}, 120_000);

test('ops of random scales and zero points equal LiteRT', () => {
  const table = new Table('random op', profiles);
  for (const [name, form] of Object.entries(quantizedForms)) {
    const random = seeded(7);
    for (let n = 0; n < 20; n++) {
      const model = drawModel(form, random, n % 2 === 0 || nearOnly.includes(name) ? 2 : 9);
      compareProfiles(writeTflite(model), [drawSample(model, random)], (profile, found) =>
        table.add(name, profile, found),
      );
    }
  }
  table.print();
  expect(table.beyond('xnnpack', () => 0)).toEqual([]);
}, 120_000);

const nets: Readonly<Record<string, string>> = {
  'ResNet-8': 'golden/models/resnet8/int8.tflite',
  'MobileNetV2, CIFAR': 'golden/models/mbv2_cifar/int8.tflite',
  VWW: 'golden/models/vww/int8.tflite',
  'MobileNetV1 0.25 128, uint8': 'golden/published/mobilenet_v1_0.25_128_quant/model.tflite',
};

/** Steps between the elements of two values. */
function distances(ours: TensorData | undefined, theirs: TensorData | undefined): readonly number[] {
  return Array.from({ length: theirs?.data.length ?? 0 }, (_, i) =>
    Math.abs(Number(ours?.data[i]) - Number(theirs?.data[i])),
  );
}

test.skipIf(noShared)(
  `whole nets have the outputs of LiteRT, with both sets of kernels${skipNote}`,
  async () => {
    const table = new Table('net', profiles);
    for (const [name, path] of Object.entries(nets)) {
      const tflite = readShared(...path.split('/'));
      const model = readTflite(tflite);
      const random = seeded(1);
      const samples = Array.from({ length: 5 }, () => drawSample(model, random));
      const theirs = litert.load(tflite);
      const expected = samples.map((sample) => theirs.execute(sample));
      theirs.dispose();
      for (const profile of profiles) {
        for (const [set, kernels] of [
          ['', createReferenceKernels],
          [', WebAssembly', nodeKernels()],
        ] as const) {
          const executor = createInt8Executor(model, { arithmetic: profile, kernels });
          for (const [n, sample] of samples.entries()) {
            const [ours] = await executor.execute(sample);
            const steps = distances(ours, expected[n]?.[0]);
            const differing = steps.filter((step) => step !== 0).length;
            table.add(name + set, profile, {
              elements: steps.length,
              differing,
              largest: Math.max(...steps),
            });
          }
          executor.dispose();
        }
      }
    }
    table.print();
    expect(table.size).toBe(2 * Object.keys(nets).length);
    expect(table.beyond('xnnpack', () => 0)).toEqual([]);
  },
  120_000,
);
