import { readFileSync } from 'node:fs';
import type { KernelFactory } from '../core/execute/int8/kernels.ts';
import { fastKernels } from '../kernels/create.ts';
import { detectMachine } from '../kernels/machine.ts';

/** The compiled kernels, which npm makes before it starts the command line (tools/kernels/build.ts). */
export function nodeKernels(): KernelFactory {
  const read = (name: string) =>
    new Uint8Array(readFileSync(new URL(`../kernels/generated/${name}.wasm`, import.meta.url)));
  return fastKernels(detectMachine({ baseline: read('baseline'), relaxed: read('relaxed') }));
}
