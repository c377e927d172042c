import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { allocate, elementCount } from '../src/core/model/data.ts';
import { mainGraph, tensorAt } from '../src/core/model/graph.ts';
import type { Model, Sample } from '../src/core/model/types.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { loadLiteRt } from '../tests/support/litert.ts';

/**
 * Milliseconds of one run of each given model: our reference kernels, LiteRT's compat wasm (int8 and float files) and
 * onnxruntime-web (float files), in turn in one process, as JSON lines. Usage: `npm run bench -- MODEL.tflite …`
 */
const rounds = 5;
const budget = 400;

function inputsOf(model: Model): Sample {
  const graph = mainGraph(model);
  return graph.inputs.map((id) => {
    const { shape, dtype } = tensorAt(graph, id);
    const data = allocate(dtype, elementCount(shape));
    for (let i = 0; i < data.length; i++) data[i] = ((i * 37) % 100) as never;
    return { shape, dtype, data };
  });
}

/** Best and median over rounds of the mean time of as many runs as fit the budget. */
async function time(run: () => unknown): Promise<{ best: number; median: number }> {
  await run();
  const means: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    let runs = 0;
    while (performance.now() - start < budget) {
      await run();
      runs += 1;
    }
    means.push((performance.now() - start) / runs);
  }
  means.sort((a, b) => a - b);
  return { best: means[0] ?? 0, median: means[Math.floor(rounds / 2)] ?? 0 };
}

const litert = await loadLiteRt();
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
for (const path of process.argv.slice(2)) {
  const bytes = new Uint8Array(readFileSync(path));
  const model = readTflite(bytes);
  const inputs = inputsOf(model);
  const isFloat = inputs.every(({ dtype }) => dtype === 'float32');
  const peer = litert.load(bytes);
  const peerTime = await time(() => peer.execute(inputs));
  const own = isFloat
    ? await createFloatRuntime().create(model, [])
    : createInt8Executor(model, { arithmetic: 'tflm' });
  const ownTime = await time(() => own.execute(inputs));
  const name = isFloat ? 'onnxruntime-web' : 'our reference kernels';
  console.log(
    JSON.stringify({
      model: path.split('/').slice(-2).join('/'),
      [name]: ownTime,
      'LiteRT compat wasm': peerTime,
      ratio: ownTime.best / peerTime.best,
      machine,
    }),
  );
}
