import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { writeTflite } from '../src/core/formats/tflite/write.ts';
import { mainGraph, tensorAt } from '../src/core/model/graph.ts';
import { storedValues } from '../src/core/model/stored-values.ts';
import type { Model, Sample, Tensor, TensorData, TensorId } from '../src/core/model/types.ts';
import { prepare } from '../src/core/prepare/prepare.ts';
import { Problem } from '../src/core/problem.ts';
import { quantize } from '../src/core/quantize/quantize.ts';
import { type Recipe, recipeFor } from '../src/core/quantize/recipe.ts';
import {
  type GoldenIndex,
  goldenEntries,
  readCalibration,
  readGolden,
  readIndex,
} from './support/golden-index.ts';
import { type LiteRt, loadLiteRt } from './support/litert.ts';

/**
 * Files of every mode, loaded and run by a TensorFlow Lite that is not ours, against its run of the float model on the
 * same sample. Some of its kernels do not look at types and compute nonsense instead of refusing, so that loading alone
 * would prove nothing.
 */
interface Mode {
  readonly name: string;
  readonly recipe: Recipe;
  /** Largest error of an output, as a share of its largest magnitude, but for the entries in `exceptions`. */
  readonly limit: number;
}

const noMinimum = { minElements: 0 };
const modes: readonly Mode[] = [
  { name: 'int8', recipe: recipeFor('int8'), limit: 0.1 },
  { name: 'int8, int4 weights', recipe: recipeFor('int8', { weightBits: 4 }), limit: 0.25 },
  { name: 'int16x8', recipe: recipeFor('int16x8'), limit: 0.04 },
  { name: 'int16x8, int32 bias', recipe: recipeFor('int16x8', { int16Bias: 'int32' }), limit: 0.04 },
  { name: 'int16x8, int4 weights', recipe: recipeFor('int16x8', { weightBits: 4 }), limit: 0.25 },
  { name: 'uint8', recipe: recipeFor('uint8'), limit: 0.1 },
  { name: 'dynamic range', recipe: recipeFor('dynamic-range', noMinimum), limit: 0.15 },
  {
    name: 'dynamic range, per-tensor',
    recipe: recipeFor('dynamic-range', { ...noMinimum, weights: 'per-tensor' }),
    limit: 0.15,
  },
  {
    name: 'dynamic range, int4',
    recipe: recipeFor('dynamic-range', { ...noMinimum, weightBits: 4 }),
    limit: 0.25,
  },
  { name: 'weights only', recipe: recipeFor('weights-only', noMinimum), limit: 0.1 },
  {
    name: 'weights only, per-tensor',
    recipe: recipeFor('weights-only', { ...noMinimum, weights: 'per-tensor' }),
    limit: 0.15,
  },
  {
    name: 'weights only, int4',
    recipe: recipeFor('weights-only', { ...noMinimum, weightBits: 4 }),
    limit: 0.25,
  },
  { name: 'float16', recipe: recipeFor('float16'), limit: 0.01 },
];

/** Entries, or entries of modes that end so, whose error is larger: no slip of the file. */
const asTensorFlow = 'TensorFlow’s own int8 file, which ours equals, is as far off';
const fourBits = 'four bits are too few for it';
const exceptions: Readonly<Record<string, string>> = {
  'ops/arg_max': 'an index, not a value: equal scores have several',
  'ops/div': 'LiteRT’s 8-bit DIV answers −128 to quotients near 0',
  'ops/softmax_wide_range': asTensorFlow,
  'ops/tanh_wide': asTensorFlow,
  'models/kws': asTensorFlow,
  'models/ad01 int4': fourBits,
  'ai_edge/conv_fc_mnist int4': fourBits,
};

function isException(entry: string, mode: string): boolean {
  return (
    (mode.includes('int4') && exceptions[`${entry} int4`] !== undefined) || exceptions[entry] !== undefined
  );
}

/** What LiteRT says to a file that it does not take. Its float file is refused with the same words. */
const refusals: Readonly<Record<string, string>> = {
  'ai_edge/embedding_lookup': 'Failed to load model from buffer',
};

const entries = [...goldenEntries('models'), ...goldenEntries('ops'), ...goldenEntries('ai_edge')].filter(
  (entry) => readIndex(entry).calibrated_min_max !== undefined,
);
const rows: string[] = [];
let litert: LiteRt;
beforeAll(async () => {
  litert = await loadLiteRt();
});

function quantized(index: GoldenIndex, recipe: Recipe): Model | undefined {
  const ranges = new Map(
    (index.calibrated_min_max?.[0] ?? []).map(({ i, min, max }) => [i as TensorId, { min, max }]),
  );
  try {
    return quantize(prepare(readTflite(readGolden(index.float))).model, ranges, recipe).model;
  } catch (error) {
    // Nothing in it to quantize, or no range where TensorFlow's calibrator recorded none.
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function inputsOf(model: Model, sample: Sample): Sample {
  const graph = mainGraph(model);
  return graph.inputs.map((id, n) => {
    const [{ shape, dtype }, value] = [tensorAt(graph, id), sample[n] as TensorData];
    if (dtype === value.dtype) return value;
    return { shape, dtype, data: storedValues(value.data as Float32Array, tensorAt(graph, id)) };
  });
}

function realAt({ quant }: Tensor, { data }: TensorData, i: number): number {
  return (Number(data[i]) - (quant?.zeroPoint[0] ?? 0)) * (quant?.scale[0] ?? 1);
}

/** Largest error of any output as a share of that output's largest magnitude. */
function errorOf(model: Model, outputs: Sample, float: Sample): number {
  const graph = mainGraph(model);
  const errors = graph.outputs.map((id, n) => {
    const [value, expected] = [outputs[n] as TensorData, float[n] as TensorData];
    const reals = Array.from(expected.data as Float32Array, Number);
    const peak = reals.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-9);
    return reals.reduce(
      (most, x, i) => Math.max(most, Math.abs(realAt(tensorAt(graph, id), value, i) - x) / peak),
      0,
    );
  });
  return Math.max(...errors);
}

function runInLiteRt(file: Uint8Array, inputs: Sample): Sample | string {
  try {
    const model = litert.load(file);
    const outputs = model.execute(inputs);
    model.dispose();
    return outputs;
  } catch (error) {
    return (error as Error).message;
  }
}

test.each(modes)(
  '$name: every file loads in LiteRT and answers as the float model',
  ({ name, recipe, limit }) => {
    const wrong: string[] = [];
    let [files, worst] = [0, 0];
    for (const entry of entries) {
      const index = readIndex(entry);
      const model = quantized(index, recipe);
      const [sample] = readCalibration(index);
      if (model === undefined || sample === undefined) continue;
      files += 1;
      const outputs = runInLiteRt(writeTflite(model), inputsOf(model, sample));
      const float = runInLiteRt(readGolden(index.float), sample);
      if (typeof outputs === 'string' || typeof float === 'string') {
        if (outputs !== refusals[entry] || float !== refusals[entry]) wrong.push(`${entry}: ${outputs}`);
        continue;
      }
      const error = errorOf(model, outputs, float);
      if (isException(entry, name)) continue;
      worst = Math.max(worst, error);
      if (!(error <= limit)) wrong.push(`${entry}: error ${error.toFixed(3)}`);
    }
    rows.push(
      `${name.padEnd(28)}${String(files).padStart(4)} files, worst error ${(100 * worst).toFixed(2)} %`,
    );
    expect(files).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  },
  60_000,
);

afterAll(() => {
  const known = Object.entries({ ...exceptions, ...refusals }).map(([entry, why]) => `  ${entry}: ${why}`);
  console.log([...rows, 'Besides these:', ...known].join('\n'));
});
