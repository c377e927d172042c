import { expect, test } from 'vitest';
import {
  fakeRuntime,
  floatTensor,
  modelOf,
  sourceOf,
  tid,
  unaryOp,
} from '../../../tests/support/fake-runtime.ts';
import { chooseRanges } from '../ranges/choose.ts';
import { calibrate } from './calibrate.ts';

/** x → dense → y → relu → z */
const model = modelOf({
  inputs: [tid(0)],
  outputs: [tid(2)],
  tensors: [floatTensor('x', [1, 2]), floatTensor('y', [1, 2]), floatTensor('z', [1, 2])],
  ops: [unaryOp('FULLY_CONNECTED', 0, 1), unaryOp('RELU', 1, 2)],
});
const runtime = fakeRuntime({ 1: (x) => x.map((v) => 2 * v), 2: (x) => x.map((v) => Math.max(0, 2 * v)) });

test('every float activation is measured, and each extreme knows its sample', async () => {
  const statistics = await calibrate(model, sourceOf([[1, -1], undefined, [3, 0]]), { runtime });
  expect(statistics.samples).toBe(2);
  expect(statistics.skipped).toMatchObject([{ name: '1.png', problem: { code: 'images/undecodable' } }]);
  expect([...statistics.byTensor.keys()]).toEqual([0, 1, 2]);
  const y = statistics.byTensor.get(tid(1));
  expect(y).toMatchObject({ min: -2, max: 6, count: 4, mean: 1.5 });
  expect([y?.minFrom, y?.maxFrom]).toEqual([
    { index: 0, name: '0.png' },
    { index: 1, name: '2.png' },
  ]);
  expect(y?.channels).toEqual({ min: Float32Array.of(2, -2), max: Float32Array.of(6, 0) });
  expect(statistics.byTensor.get(tid(2))?.channels).toBeUndefined();
});

test('ranges are the observed extremes', async () => {
  const ranges = chooseRanges(model, await calibrate(model, sourceOf([[1, -1]]), { runtime }), 'exact');
  expect(ranges.get(tid(1))).toEqual({ min: -2, max: 2, from: 'min-max' });
});

test('a value that is not finite is refused with tensor, op and sample', async () => {
  const bad = fakeRuntime({ 1: (x) => x.map(Math.log) });
  await expect(
    calibrate(
      model,
      sourceOf([
        [1, 2],
        [3, -1],
      ]),
      { runtime: bad },
    ),
  ).rejects.toMatchObject({
    code: 'range/not-finite',
    message: expect.stringContaining('tensor 1 “y”, the output of op 0 (FULLY_CONNECTED)'),
    details: { tensor: 1, op: 0, sample: '1.png', index: 1 },
  });
  await expect(calibrate(model, sourceOf([[Number.NaN, 0]]), { runtime })).rejects.toMatchObject({
    message: expect.stringContaining('an input of the model'),
  });
});

test('without a usable sample there is nothing to quantize with', async () => {
  await expect(calibrate(model, sourceOf([]), { runtime })).rejects.toMatchObject({ code: 'images/none' });
  await expect(calibrate(model, sourceOf([undefined]), { runtime })).rejects.toMatchObject({
    code: 'images/none',
    message: expect.stringContaining('“0.png”: not a picture'),
  });
});

test('a cancelled call stops, and the executor is freed', async () => {
  let disposed = 0;
  const counting = {
    create: async (...args: Parameters<typeof runtime.create>) => {
      const executor = await runtime.create(...args);
      return { ...executor, dispose: () => disposed++ };
    },
  };
  const call = { progress: () => {}, checkpoint: async () => Promise.reject(new Error('stopped')) };
  await expect(calibrate(model, sourceOf([[1, 2]]), { runtime: counting, call })).rejects.toThrow('stopped');
  expect(disposed).toBe(1);
});
