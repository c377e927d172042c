import { expect, test } from 'vitest';
import { nodeKernels } from '../src/cli/kernel-builds.ts';
import { type Int8Plan, planInt8 } from '../src/core/execute/int8/plan.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { elementCount } from '../src/core/model/data.ts';
import { isPresent, mainGraph, tensorAt } from '../src/core/model/graph.ts';
import type { Graph, Model, TensorId } from '../src/core/model/types.ts';
import { recipeFor } from '../src/core/quantize/recipe.ts';
import { activation, constant, floats, modelOf, type OpSketch } from './support/models.ts';
import { noShared, readShared, skipNote } from './support/shared.ts';
import { dense, run } from './support/small-models.ts';

/** Layers that are large enough for their weights to outweigh what a plan holds besides. */
function wideModel(layers: number, width: number): Model {
  const weights = Float32Array.from({ length: width * width }, (_, i) => Math.sin(i));
  const tensors = [activation([8, width])];
  const ops: OpSketch[] = [];
  for (let n = 0; n < layers; n++) {
    const input = tensors.length - 1;
    tensors.push(
      constant(floats([width, width], weights)),
      constant(floats([width], new Float32Array(width))),
    );
    ops.push({
      kind: 'FULLY_CONNECTED',
      options: dense,
      inputs: [input, input + 1, input + 2],
      outputs: [tensors.push(activation([8, width])) - 1],
    });
  }
  const named = tensors.map((tensor, k) => ({ ...tensor, name: `${k}` }));
  return modelOf(named, ops, [[0], [named.length - 1]]);
}

/** Bytes of the constants of a graph, each buffer once. */
function weightBytes({ tensors }: Graph): number {
  const buffers = new Set(tensors.flatMap(({ data }) => (data === undefined ? [] : [data])));
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function bytesOf(graph: Graph, id: TensorId): number {
  return elementCount(tensorAt(graph, id).shape);
}

/** What a plan of int8 activations holds after a run, beside its arena, as a multiple of the weights. */
function expectSmall(plan: Int8Plan): void {
  const weights = weightBytes(plan.graph);
  for (const step of plan.steps) step();
  const { buffers, kernels } = plan.memory();
  const ratio = (buffers + kernels.bytes - kernels.arena) / weights;
  console.log(
    `weights ${weights}, arena ${kernels.arena}, everything else ${ratio.toFixed(3)} of the weights, plain buffers ${buffers}`,
  );
  expect(ratio).toBeLessThanOrEqual(1.3);
  expect(kernels.bytes).toBeGreaterThan(weights);
}

test('a plan holds 1.3 times its weights and an arena, and no buffer that only fast kernels touch', () => {
  const quantized = run(wideModel(4, 512), recipeFor('int8')).model;
  const plan = planInt8(quantized, { arithmetic: 'tflm', kernels: nodeKernels() });
  expectSmall(plan);
  const { graph } = plan;
  const inputs = graph.inputs.reduce((sum, id) => sum + bytesOf(graph, id), 0);
  expect(plan.memory().buffers).toBe(inputs);

  const inner = graph.ops[1]?.outputs[0];
  if (!isPresent(inner)) throw new Error('the model has layers');
  plan.value(inner);
  plan.value(inner);
  expect(plan.memory().buffers).toBe(inputs + bytesOf(graph, inner));
});

test.skipIf(noShared)(`MobileNetV2 holds 1.3 times its weights and an arena${skipNote}`, () => {
  const model = readTflite(readShared('golden', 'published', 'tf2_mobilenet_v2_1.0_224_ptq', 'model.tflite'));
  const plan = planInt8(model, { arithmetic: 'tflm', kernels: nodeKernels() });
  expectSmall(plan);
  const plain = planInt8(model, { arithmetic: 'tflm' });
  expect(plan.memory().buffers).toBeLessThan(plain.memory().buffers / 20);
  expect(mainGraph(model).ops).toHaveLength(plan.steps.length);
});
