/** Threads of Node that help the kernels. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { detectMachine, type Machine, withThreads } from '../../src/kernels/machine.ts';
import type { HelperPool, StartHelper } from '../../src/kernels/threads.ts';
import { bundlePage } from './bundle-page.ts';
import { always, sharing } from './waiting-pool.ts';

const root = join(import.meta.dirname, '../..');

function read(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(root, 'src/kernels/generated', `${name}.wasm`)));
}

/** What this Node computes with one thread, without the relaxed build, which not every Node can load. */
export function baselineMachine(): Machine {
  return detectMachine({ baseline: read('baseline'), relaxed: new Uint8Array(0) });
}

/** The same with helpers. */
export function threadedMachine(pool: HelperPool, when = always): Machine {
  return sharing(withThreads(baselineMachine(), read('baseline-threads'), pool), when);
}

/** @param script - what a thread runs; `Page.help` is src/kernels/help.ts */
export async function nodeHelper(
  script = "require('node:worker_threads').parentPort.on('message', Page.help);",
): Promise<StartHelper> {
  const code = `${await bundlePage(join(root, 'src/kernels/help.ts'))}\n${script}`;
  return (failed) => {
    const worker = new Worker(code, { eval: true });
    worker.on('error', failed);
    worker.unref();
    return { post: (task) => worker.postMessage(task), end: () => void worker.terminate() };
  };
}
