import type { KernelFactory } from '../core/execute/int8/kernels.ts';
import { fastKernels } from '../kernels/create.ts';
import baselineUrl from '../kernels/generated/baseline.wasm?url';
import baselineThreadsUrl from '../kernels/generated/baseline-threads.wasm?url';
import relaxedUrl from '../kernels/generated/relaxed.wasm?url';
import relaxedThreadsUrl from '../kernels/generated/relaxed-threads.wasm?url';
import { detectMachine, type Machine, withThreads } from '../kernels/machine.ts';
import { HelperPool, type StartHelper } from '../kernels/threads.ts';

/** The most threads of a plan: calls are too short to be worth handing to more. */
const MOST_THREADS = 4;

const startHelper: StartHelper = (failed) => {
  const worker = new Worker(new URL('./kernel-helper.ts', import.meta.url), { type: 'module' });
  worker.onerror = (event) => {
    // Else it would count as an error of this worker, which goes on without it.
    event.preventDefault();
    failed();
  };
  worker.onmessageerror = failed;
  return { post: (task) => worker.postMessage(task), end: () => worker.terminate() };
};

async function bytesOf(url: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

/** Pages share memory between threads only where they are isolated from all other origins. */
async function withHelpers(machine: Machine): Promise<Machine> {
  const helpers = Math.min(navigator.hardwareConcurrency, MOST_THREADS) - 1;
  if (!crossOriginIsolated || helpers < 1) return machine;
  const url = { baseline: baselineThreadsUrl, relaxed: relaxedThreadsUrl }[machine.build];
  try {
    return withThreads(machine, await bytesOf(url), new HelperPool(startHelper, helpers));
  } catch {
    // One thread computes the same without this file.
    return machine;
  }
}

async function loadKernels(): Promise<KernelFactory> {
  const [baseline, relaxed] = await Promise.all([bytesOf(baselineUrl), bytesOf(relaxedUrl)]);
  return fastKernels(await withHelpers(detectMachine({ baseline, relaxed })));
}

/** Loads the int8 kernels when they are first needed, in the build that this browser runs exactly. */
export function kernelLoader(): () => Promise<KernelFactory> {
  let kernels: Promise<KernelFactory> | undefined;
  return () => {
    kernels ??= loadKernels();
    return kernels;
  };
}
