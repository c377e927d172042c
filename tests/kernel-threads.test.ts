import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fastKernels } from '../src/kernels/create.ts';
import { compareGolden } from './support/golden-models.ts';
import { nodeHelper, threadedMachine } from './support/helper-threads.ts';
import { kernelProperties } from './support/kernel-properties/index.ts';
import { readGoldenModels } from './support/read-golden-models.ts';
import { WaitingPool } from './support/waiting-pool.ts';

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
    let tensors = 0;
    for (const model of readGoldenModels()) {
      const { equal, differs } = await compareGolden(model, fastKernels(threadedMachine(pool)));
      expect(differs).toEqual([]);
      tensors += equal;
    }
    expect(tensors).toBeGreaterThan(50);
  });

  test('the helpers did a part of it', () => {
    console.log(`${size} helpers computed ${pool.chunks} parts of calls`);
    expect(pool.chunks).toBeGreaterThan(0);
  });
});
