import { expect, test, vi } from 'vitest';
import type { KernelFactory } from '../src/core/execute/int8/kernels.ts';
import { planInt8 } from '../src/core/execute/int8/plan.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { mainGraph } from '../src/core/model/graph.ts';
import { fastKernels } from '../src/kernels/create.ts';
import { HelperPool, type StartHelper } from '../src/kernels/threads.ts';
import { readIndex, readVariant, sha256 } from './support/golden-index.ts';
import { baselineMachine, nodeHelper, threadedMachine } from './support/helper-threads.ts';
import { readKernelGolden } from './support/kernel-golden.ts';
import { always, WaitingPool } from './support/waiting-pool.ts';

const NAME = 'models/effnet_block';

/** A golden model, planned; runs once and gives the hashes of its outputs. */
function runner(kernels: KernelFactory): () => readonly string[] {
  const model = readTflite(readVariant(readIndex(NAME), 'int8') as Uint8Array);
  const inputs = readKernelGolden(NAME, 'int8')?.cases[0]?.inputs ?? [];
  const plan = planInt8(model, { arithmetic: 'tflm', kernels });
  const graph = mainGraph(model);
  return () => {
    graph.inputs.forEach((id, k) => {
      plan.assign(id, inputs[k]?.data as Int8Array);
    });
    for (const step of plan.steps) step();
    return graph.outputs.map((id) => sha256(plan.value(id).data));
  };
}
const expected = runner(fastKernels(baselineMachine()))();

/** @returns also the failures that the pool was told of, and the threads that have ended */
function watched(start: StartHelper) {
  const seen = { failed: 0, ended: 0 };
  const begin: StartHelper = (failed) => {
    const thread = start(() => {
      seen.failed += 1;
      failed();
    });
    return {
      ...thread,
      end: () => {
        seen.ended += 1;
        thread.end();
      },
    };
  };
  return { begin, seen };
}

test('helpers that never come are not waited for, and one that fails ends the pool', async () => {
  const { begin, seen } = watched(await nodeHelper("throw new Error('no start');"));
  const run = runner(fastKernels(threadedMachine(new HelperPool(begin, 2))));
  expect(run()).toEqual(expected);
  await vi.waitFor(() => expect(seen).toMatchObject({ ended: 2 }));
  expect(seen.failed).toBeGreaterThan(0);
  expect(run()).toEqual(expected);
});

test('where a thread cannot be started, plans run on their own', async () => {
  const start = await nodeHelper();
  let starts = 0;
  const { begin, seen } = watched((failed) => {
    starts += 1;
    if (starts === 2) throw new Error('no more threads');
    return start(failed);
  });
  const run = runner(fastKernels(threadedMachine(new HelperPool(begin, 2))));
  expect(run()).toEqual(expected);
  expect(run()).toEqual(expected);
  expect(starts).toBe(2);
  expect(seen.ended).toBe(1);
});

/** In place of the module's `help`: takes a chunk as assembly/team.ts says, and throws. */
const broken = `
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function (module, imports) {
    const { giveUp } = new Instance(module, imports).exports;
    const help = (team, helper) => {
      const words = new Int32Array(imports.env.memory.buffer, team);
      const claim = new BigInt64Array(imports.env.memory.buffer, team, 1);
      Atomics.add(words, 35, 1);
      for (;;) {
        const seen = Atomics.load(claim, 0);
        const [first, end] = [Number((seen >> 16n) & 0xffffn), Number(seen & 0xffffn)];
        if (first >= end || Atomics.compareExchange(claim, 0, seen, seen - 1n) !== seen) continue;
        words[(256 + helper * 192) / 4] = end;
        throw new Error('in a chunk');
      }
    };
    return { exports: { help, giveUp } };
  };
  require('node:worker_threads').parentPort.on('message', Page.help);`;

test('what a helper was at when it failed is computed by the leader', async () => {
  const { begin, seen } = watched(await nodeHelper(broken));
  const run = runner(fastKernels(threadedMachine(new WaitingPool(begin, 1))));
  // Only a helper that has taken a chunk fails; in one run it may come too late for all of them.
  for (let runs = 0; runs < 100 && seen.failed === 0; runs++) {
    expect(run()).toEqual(expected);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(seen).toEqual({ failed: 1, ended: 1 });
  expect(run()).toEqual(expected);
});

test('helpers without work sleep', async () => {
  const pool = new WaitingPool(await nodeHelper(), 2);
  expect(runner(fastKernels(threadedMachine(pool)))()).toEqual(expected);
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  await pause(100);
  const before = process.cpuUsage();
  await pause(500);
  const { user, system } = process.cpuUsage(before);
  pool.dispose();
  expect((user + system) / 1000).toBeLessThan(250);
});

test('plans that take turns have the helpers in turn', async () => {
  const pool = new WaitingPool(await nodeHelper(), 1);
  const runs = [1, 2, 3].map(() => runner(fastKernels(threadedMachine(pool))));
  for (let round = 0; round < 20; round++) for (const run of runs) expect(run()).toEqual(expected);
  expect(pool.chunks).toBeGreaterThan(0);
  pool.dispose();
  for (const run of runs) expect(run()).toEqual(expected);
});

test('helpers are replaced before they hold too many memories', async () => {
  const { begin, seen } = watched(await nodeHelper());
  const pool = new WaitingPool(begin, 1);
  for (let plan = 0; plan < 20; plan++) {
    const run = runner(fastKernels(threadedMachine(pool)));
    for (let k = 0; k < 3; k++) expect(run()).toEqual(expected);
  }
  pool.dispose();
  expect(seen).toEqual({ failed: 0, ended: 3 });
});

test('a small plan starts no helper', async () => {
  let starts = 0;
  const start = await nodeHelper();
  const pool = new HelperPool((failed) => {
    starts += 1;
    return start(failed);
  }, 1);
  const run = (products: number) => runner(fastKernels(threadedMachine(pool, { ...always, products })))();
  expect(run(12e6)).toEqual(expected);
  expect(starts).toBe(0);
  expect(run(0)).toEqual(expected);
  expect(starts).toBe(1);
  pool.dispose();
});
