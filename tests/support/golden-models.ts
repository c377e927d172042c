import { createInt8Executor } from '../../src/core/execute/int8/executor.ts';
import type { KernelFactory } from '../../src/core/execute/int8/kernels.ts';
import { readTflite } from '../../src/core/formats/tflite/read.ts';
import { bytesOf } from '../../src/core/model/data.ts';
import type { Sample } from '../../src/core/model/types.ts';

/** An int8 model with what TensorFlow Lite computed; plain data, so that a page can be given it. */
export interface GoldenModel {
  readonly name: string;
  readonly file: Uint8Array;
  readonly cases: readonly {
    readonly inputs: Sample;
    /** SHA-256 of each tensor's bytes, in hex. */
    readonly tensors: readonly { readonly tensor: number; readonly sha256: string }[];
  }[];
}

async function sha256Of(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Runs a model's cases. @returns tensors that are equal, and the names of those that are not */
export async function compareGolden({ name, file, cases }: GoldenModel, kernels: KernelFactory) {
  const executor = createInt8Executor(readTflite(file), {
    arithmetic: 'litert-reference',
    taps: 'all',
    kernels,
  });
  const differs: string[] = [];
  let equal = 0;
  for (const { inputs, tensors } of cases) {
    const seen = new Map<number, Promise<string>>();
    await executor.execute(inputs, (id, { data }) => seen.set(id, sha256Of(bytesOf(data))));
    for (const { tensor, sha256 } of tensors) {
      const hash = await seen.get(tensor);
      if (hash === undefined) continue;
      if (hash === sha256) equal += 1;
      else differs.push(`${name} ${tensor}`);
    }
  }
  return { equal, differs };
}
