import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import type { KernelFactory } from '../src/core/execute/int8/kernels.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { fastKernels } from '../src/kernels/create.ts';
import { goldenEntries, readGolden, readIndex, readVariant, sha256 } from './support/golden-index.ts';
import { nodeHelper, threadedMachine } from './support/helper-threads.ts';
import { readKernelGolden } from './support/kernel-golden.ts';
import { kernelProperties } from './support/kernel-properties.ts';
import { WaitingPool } from './support/waiting-pool.ts';

/** Runs the int8 golden models. @returns tensors that are equal, and the names of those that are not */
async function compareGolden(kernels: KernelFactory) {
  const entries = [...goldenEntries('models'), ...goldenEntries('published')];
  const differs: string[] = [];
  let equal = 0;
  for (const entry of entries) {
    const golden = readKernelGolden(entry, 'int8');
    const own = goldenEntries('models').includes(entry);
    const file = own ? readVariant(readIndex(entry), 'int8') : readGolden(entry, 'model.tflite');
    if (golden === undefined || file === undefined) continue;
    const executor = createInt8Executor(readTflite(file), {
      arithmetic: 'litert-reference',
      taps: 'all',
      kernels,
    });
    for (const { kind, inputs, tensors } of golden.cases) {
      const wanted = new Map(tensors.map((value) => [value.tensor, value.sha256]));
      await executor.execute(inputs, (id, { data }) => {
        const hash = wanted.get(id);
        if (hash === undefined || hash === sha256(data)) equal += 1;
        else differs.push(`${entry} ${kind} ${id}`);
      });
    }
  }
  return { equal, differs };
}

describe.each([1, 2])('with %i helpers', (size) => {
  let pool: WaitingPool;
  beforeAll(async () => {
    pool = new WaitingPool(await nodeHelper(), size);
  });
  afterAll(() => pool.dispose());

  test.each(kernelProperties.map((property) => [property.name, property] as const))(
    '%s equals the reference and stays within its tensors',
    (_, property) => {
      const subject = { weights: [-128, 127], inputs: [-128, 127] } as const;
      property.check({ name: 'baseline for threads', machine: threadedMachine(pool), ...subject }, 100);
    },
  );

  test('golden models answer as TensorFlow, tensor by tensor', async () => {
    const { equal, differs } = await compareGolden(fastKernels(threadedMachine(pool)));
    expect(differs).toEqual([]);
    expect(equal).toBeGreaterThan(50);
  });

  test('the helpers did a part of it', () => {
    console.log(`${size} helpers computed ${pool.chunks} parts of calls`);
    expect(pool.chunks).toBeGreaterThan(0);
  });
});
