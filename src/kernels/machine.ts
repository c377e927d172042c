import type { KernelFunctions } from './functions.ts';
import { type HelperPool, type Threads, worthwhile } from './threads.ts';
import { type WasmMemory, type WasmModule, wasm } from './webassembly.ts';

/**
 * How activations are stored and multiplied:
 * 'u8'  bytes of value + 128, one relaxed dot with an unsigned second operand
 * 's8'  bytes of the value, one relaxed dot with a signed second operand
 * 'i16' words, the dot of baseline SIMD
 */
export type Form = 'u8' | 's8' | 'i16';

/** The two builds as bytes; see tools/kernels/build.ts. */
export interface KernelBuilds {
  readonly baseline: Uint8Array;
  readonly relaxed: Uint8Array;
}

/** A build that this engine compiles, and the form whose products it computes exactly. */
export interface Machine {
  readonly module: WasmModule;
  readonly build: keyof KernelBuilds;
  readonly form: Form;
  /** Where plans that are large enough run on several threads. */
  readonly threads?: Threads;
}

export interface Instance {
  readonly memory: WasmMemory;
  readonly kernels: KernelFunctions;
}

export const PAGE = 2 ** 16;

export function instantiate(machine: Pick<Machine, 'module'>): Instance {
  const memory = new wasm.Memory({ initial: 1 });
  const { exports } = new wasm.Instance(machine.module, { env: { memory } });
  return { memory, kernels: exports as KernelFunctions };
}

/** Weights of four products and activations of four, with the sum they are added to. */
interface Trial {
  readonly weights: readonly number[];
  readonly activations: readonly number[];
  readonly start: number;
}

/** Every combination of extremes, then a walk through the rest; weights are int8, activations bytes. */
function* trials(): Generator<Trial> {
  const extremes = [-128, 127, 0];
  for (let t = 0; t < 81; t++) {
    const weights = [0, 1, 2, 3].map((k) => extremes[Math.floor(t / 3 ** k) % 3] as number);
    for (const activation of [255, 128, 127, 0])
      yield { weights, activations: [0, 1, 2, 3].map(() => activation), start: t };
  }
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 16) & 255;
  };
  for (let t = 0; t < 400; t++) {
    const weights = [next(), next(), next(), next()].map((byte) => (byte << 24) >> 24);
    yield { weights, activations: [next(), next(), next(), next()], start: (next() - 128) << 20 };
  }
}

/**
 * The form whose products the relaxed dot computes exactly here: the specification leaves open whether its second operand
 * is signed above 127 and whether pairs of products saturate, and one engine in use ignores the sum.
 */
function probe(module: WasmModule): Form {
  const { memory, kernels } = instantiate({ module });
  const bytes = new Int8Array(memory.buffer, 0, 32);
  const words = new Int32Array(memory.buffer, 32, 8);
  let [signed, unsigned] = [true, true];
  for (const { weights, activations, start } of trials()) {
    for (let lane = 0; lane < 16; lane++) {
      bytes[lane] = weights[lane % 4] as number;
      bytes[16 + lane] = activations[lane % 4] as number;
    }
    words.fill(start, 0, 4);
    kernels.dot(0, 16, 32, 48);
    const expected = (meaning: (activation: number) => number) =>
      weights.reduce((sum, weight, k) => sum + weight * meaning(activations[k] as number), start) | 0;
    const exact = (value: number) => words.subarray(4, 8).every((lane) => lane === value);
    signed &&= exact(expected((byte) => (byte << 24) >> 24));
    unsigned &&= exact(expected((byte) => byte));
  }
  if (unsigned) return 'u8';
  return signed ? 's8' : 'i16';
}

/** What this engine computes: the relaxed build wherever it compiles, in the form that the probe finds. */
export function detectMachine(builds: KernelBuilds): Machine {
  if (!wasm.validate(builds.relaxed))
    return { module: new wasm.Module(builds.baseline), build: 'baseline', form: 'i16' };
  const module = new wasm.Module(builds.relaxed);
  return { module, build: 'relaxed', form: probe(module) };
}

/**
 * The same machine with helpers.
 * @param build - bytes of `machine.build` as it is for several threads
 */
export function withThreads(machine: Machine, build: Uint8Array, pool: HelperPool): Machine {
  return { ...machine, threads: { module: new wasm.Module(build), pool, when: worthwhile } };
}
