/** The browser's part of the benchmark: everything that runs a model stands behind one call that runs it once. */
import * as ort from 'onnxruntime-web/wasm';
import type { Arithmetic } from '../src/core/execute/int8/context.ts';
import { planInt8 } from '../src/core/execute/int8/plan.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { allocate, elementCount } from '../src/core/model/data.ts';
import { mainGraph, opName, tensorAt } from '../src/core/model/graph.ts';
import type { Model, Sample } from '../src/core/model/types.ts';
import { fastKernels } from '../src/kernels/create.ts';
import { detectMachine, type Machine, withThreads } from '../src/kernels/machine.ts';
import { Workspace } from '../src/kernels/memory.ts';
import { HelperPool } from '../src/kernels/threads.ts';
import { type LiteRt, type LiteRtFactory, startLiteRt } from '../tests/support/litert-module.ts';
import { pageHelper } from '../tests/support/page-helper.ts';
import { always, sharing, WaitingPool } from '../tests/support/waiting-pool.ts';
import { layerOf, type TimedLayer } from './layers.ts';
import { type PeakKind, productsPerRound } from './peak.ts';

async function bytesOf(url: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

export function inputsOf(model: Model): Sample {
  const graph = mainGraph(model);
  return graph.inputs.map((id) => {
    const { shape, dtype } = tensorAt(graph, id);
    const data = allocate(dtype, elementCount(shape));
    for (let i = 0; i < data.length; i++) data[i] = ((i * 37) % 100) as never;
    return { shape, dtype, data };
  });
}

/** Runs a model once. */
type Run = () => unknown;
type Contender = (model: string) => Promise<Run>;

async function machineOf(builds: 'both' | 'baseline'): Promise<Machine> {
  const baseline = await bytesOf('/kernels/baseline.wasm');
  return detectMachine({
    baseline,
    relaxed: builds === 'both' ? await bytesOf('/kernels/relaxed.wasm') : new Uint8Array(0),
  });
}

/** With a second thread, where the page is isolated. */
async function withHelper(): Promise<Machine> {
  const machine = await machineOf('both');
  const pool = new HelperPool(await pageHelper('/kernels/helper.js'), 1);
  return withThreads(machine, await bytesOf(`/kernels/${machine.build}-threads.wasm`), pool);
}

function own(machine: () => Promise<Machine>, arithmetic: Arithmetic = 'tflm'): Contender {
  return async (name) => {
    const model = readTflite(await bytesOf(`/models/${name}.tflite`));
    const plan = planInt8(model, { arithmetic, kernels: fastKernels(await machine()) });
    const graph = mainGraph(model);
    const inputs = inputsOf(model);
    return () => {
      graph.inputs.forEach((id, k) => {
        plan.assign(id, (inputs[k] as Sample[number]).data);
      });
      for (const step of plan.steps) step();
      return graph.outputs.map((id) => plan.value(id));
    };
  };
}

const litertFiles = {
  compat: 'litert_wasm_compat_internal',
  relaxed: 'litert_wasm_internal',
  threads: 'litert_wasm_threaded_internal',
} as const;

function litert(build: keyof typeof litertFiles, suffix: string): Contender {
  let started: Promise<LiteRt> | undefined;
  const start = async () => {
    const file = litertFiles[build];
    const threads = { count: 2, script: `/litert/${file}.js` };
    const script = await (await fetch(`/litert/${file}.js`)).text();
    const module: { exports: unknown } = { exports: {} };
    new Function('module', 'exports', script)(module, module.exports);
    const wasm = await bytesOf(`/litert/${file}.wasm`);
    return startLiteRt(module.exports as LiteRtFactory, wasm, build === 'threads' ? threads : undefined);
  };
  return async (name) => {
    started ??= start();
    const bytes = await bytesOf(`/models/${name}${suffix}.tflite`);
    const model = (await started).load(bytes);
    const inputs = inputsOf(readTflite(bytes));
    return () => model.execute(inputs);
  };
}

function onnx(suffix: string): Contender {
  return async (name) => {
    ort.env.wasm.wasmPaths = '/ort/';
    ort.env.wasm.numThreads = 1;
    const session = await ort.InferenceSession.create(await bytesOf(`/models/${name}${suffix}.onnx`), {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
    });
    const feeds: Record<string, ort.Tensor> = {};
    for (const metadata of session.inputMetadata) {
      if (!metadata.isTensor) throw new Error('an input is no tensor');
      const dims = metadata.shape.map(Number);
      const count = dims.reduce((a, b) => a * b, 1);
      const values = Array.from({ length: count }, (_, i) => (i * 37) % 100);
      feeds[metadata.name] =
        metadata.type === 'float32'
          ? new ort.Tensor('float32', Float32Array.from(values), dims)
          : metadata.type === 'uint8'
            ? new ort.Tensor('uint8', Uint8Array.from(values), dims)
            : new ort.Tensor('int8', Int8Array.from(values), dims);
    }
    return () => session.run(feeds);
  };
}

const contenders: Readonly<Record<string, Contender>> = {
  'zeropoint int8': own(() => machineOf('both')),
  'zeropoint int8, 2 threads': own(withHelper),
  'zeropoint int8 xnnpack': own(() => machineOf('both'), 'xnnpack'),
  'zeropoint int8 baseline': own(() => machineOf('baseline')),
  'LiteRT int8': litert('relaxed', ''),
  'LiteRT int8, 2 threads': litert('threads', ''),
  'LiteRT int8 compat': litert('compat', ''),
  'LiteRT float': litert('relaxed', '_float'),
  'onnxruntime-web float': onnx('_float'),
  'onnxruntime-web int8': onnx('_qdq'),
};

/** Milliseconds of one run, by contender, one figure a round. */
export type Rounds = Readonly<Record<string, readonly number[]>>;

async function once(run: Run): Promise<void> {
  const result = run();
  if (result instanceof Promise) await result;
}

/** Mean over a batch of runs that takes about `budget` milliseconds. */
async function batch(run: Run, budget: number): Promise<number> {
  const start = performance.now();
  let runs = 0;
  do {
    await once(run);
    runs += 1;
  } while (performance.now() - start < budget);
  return (performance.now() - start) / runs;
}

/** A contender's run, after its first; or why there is none, such as instructions that the browser does not have. */
async function prepared(model: string, name: string): Promise<Run | string> {
  try {
    const run = await (contenders[name] as Contender)(model);
    await once(run);
    return run;
  } catch (error) {
    return messageOf(error);
  }
}

async function compare(
  model: string,
  names: readonly string[],
  { rounds, budget }: { readonly rounds: number; readonly budget: number },
): Promise<{ readonly times: Rounds; readonly leftOut: Readonly<Record<string, string>> }> {
  const all = await Promise.all(names.map(async (name) => [name, await prepared(model, name)] as const));
  const runs = all.flatMap(([name, run]) => (typeof run === 'string' ? [] : [[name, run] as const]));
  const leftOut = Object.fromEntries(
    all.flatMap(([name, run]) => (typeof run === 'string' ? [[name, run]] : [])),
  );
  const times: Record<string, number[]> = {};
  for (const [, run] of runs) await batch(run, 4 * budget);
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of runs) {
      times[name] ??= [];
      times[name].push(await batch(run, budget));
    }
  return { times, leftOut };
}

/** Best microseconds of a call that is repeated for some milliseconds. */
function bestOf(step: () => void, rounds: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const from = performance.now();
    let runs = 0;
    do {
      step();
      runs += 1;
    } while (performance.now() - from < 3);
    best = Math.min(best, ((performance.now() - from) / runs) * 1000);
  }
  return best;
}

/** The register-only peak of the form in use, 10⁹ products a second. */
async function peakOf({ form }: Machine): Promise<number> {
  const kind: PeakKind = form === 'i16' ? 'i16' : 'dot';
  const { instance } = await WebAssembly.instantiate(
    (await bytesOf(`/models/peak_${kind}.wasm`)).slice().buffer,
  );
  const run = instance.exports.run as (rounds: number, seed: number) => number;
  const rounds = 2000;
  const microseconds = bestOf(() => run(rounds, 3), 60);
  return (rounds * productsPerRound(kind)) / microseconds / 1000;
}

/** Milliseconds that planning takes, best microseconds of each convolution, and the peak just before and after. */
async function profile(name: string) {
  const machine = await machineOf('both');
  const model = readTflite(await bytesOf(`/models/${name}.tflite`));
  const kernels = fastKernels(machine);
  const start = performance.now();
  const plan = planInt8(model, { arithmetic: 'tflm', kernels });
  const load = performance.now() - start;
  const graph = mainGraph(model);
  const inputs = inputsOf(model);
  graph.inputs.forEach((id, k) => {
    plan.assign(id, (inputs[k] as Sample[number]).data);
  });
  const before = await peakOf(machine);
  // The engine's optimizing tier comes after some use.
  await batch(() => {
    for (const step of plan.steps) step();
  }, 500);
  const layers = graph.ops.flatMap((op, k): readonly TimedLayer[] => {
    const layer = layerOf(graph, op);
    if (layer === undefined) return [];
    const shapes = [...op.inputs.slice(0, 2), ...op.outputs.slice(0, 1)].map((id) =>
      tensorAt(graph, id).shape.join('×'),
    );
    return [{ ...layer, op: opName(op), shapes, microseconds: bestOf(plan.steps[k] as () => void, 7) }];
  });
  return { load, layers, peak: Math.max(before, await peakOf(machine)) };
}

/**
 * Microseconds that sharing a call between two threads costs, barrier and all: how much longer than half of its time on one
 * thread a call of two equal parts takes. The least of many batches, because other work on the machine only ever adds.
 */
async function handover(): Promise<number> {
  const machine = await machineOf('both');
  const build = await bytesOf(`/kernels/${machine.build}-threads.wasm`);
  const best = async (work: number): Promise<number> => {
    const pool = new WaitingPool(await pageHelper('/kernels/helper.js'), 1);
    const workspace = new Workspace(sharing(withThreads(machine, build, pool), { ...always, work }));
    workspace.attend();
    const [rows, elements] = [2, 2048];
    const table = workspace.reserve(256);
    const [from, to] = [workspace.reserve(rows * elements), workspace.reserve(rows * elements)];
    const calls = 200;
    const times = Array.from({ length: 2000 }, () => {
      const start = performance.now();
      for (let call = 0; call < calls; call++)
        workspace.kernels.lookup(table, from, to, rows, elements, elements, elements, 0);
      return ((performance.now() - start) / calls) * 1000;
    });
    pool.dispose();
    return Math.min(...times);
  };
  return (await best(0)) - (await best(2 ** 30)) / 2;
}

async function machine() {
  const { build, form } = await machineOf('both');
  const isolated = crossOriginIsolated;
  return { build, form, userAgent: navigator.userAgent, isolated, handover: await handover() };
}

const benchApi = { compare, profile, machine };
export type BenchApi = typeof benchApi;
export type CallName = keyof BenchApi;
/** What the page posts, once. */
export type Answer = { readonly value: unknown } | { readonly error: string };

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Makes the call that the page's address names. */
async function answer(): Promise<Answer> {
  try {
    const { name, args } = JSON.parse(decodeURIComponent(location.search.slice(1)));
    const call = benchApi[name as CallName] as (...args: readonly unknown[]) => unknown;
    return { value: await call(...args) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

void answer().then((body) => fetch('/', { method: 'POST', body: JSON.stringify(body) }));
