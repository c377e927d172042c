import { expect, test } from 'vitest';
import type { Model, TensorData } from '../../src/core/model/types.ts';
import { createFloatRuntime } from '../../src/float/runtime.ts';
import { fold } from './folded.ts';
import { modelOf } from './model.ts';
import { Network } from './network.ts';
import { withProblem } from './problem.ts';
import { Random } from './random.ts';
import { sampleOf } from './samples.ts';

async function run(model: Model): Promise<TensorData['data'] | undefined> {
  const executor = await createFloatRuntime().create(model, []);
  const [output] = await executor.execute(sampleOf({ label: 3, seed: 1 }).sample);
  executor.dispose();
  return output?.data;
}

test('the problem leaves the float answers as they are, bit for bit', async () => {
  const net = fold(new Network(new Random(5)));
  expect(await run(modelOf(withProblem(net)))).toEqual(await run(modelOf(net)));
});
