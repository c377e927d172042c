import { afterAll, describe, expect, test } from 'vitest';
import {
  goldenEntries,
  type RangeJson,
  readCalibration,
  readGolden,
  readIndex,
} from '../../tests/support/golden-index.ts';
import { noShared, skipNote } from '../../tests/support/shared.ts';
import { readTflite } from '../core/formats/tflite/read.ts';
import { lowererOf } from '../core/lower/table.ts';
import { mainGraph, opName, tensorAt } from '../core/model/graph.ts';
import type { Model, Sample, TensorId } from '../core/model/types.ts';
import { prepare } from '../core/prepare/prepare.ts';
import { overwritten } from '../core/ranges/in-place.ts';
import { createFloatRuntime } from './runtime.ts';

interface Extremes {
  readonly min: number;
  readonly max: number;
}

/** TensorFlow's calibrator starts every maximum at the smallest normal float32. */
const start: Extremes = { min: Number.MAX_VALUE, max: 2 ** -126 };

/**
 * Of the range. KWS's file has int8 weights, and TensorFlow calibrated it with its hybrid kernels, which quantize the
 * input of each such op to 8 bits as they run: its ranges are steps away from those of the float model.
 */
const tolerances: Readonly<Record<string, number>> = { 'models/kws': 4e-2 };
const tolerance = 1e-4;

const runtime = createFloatRuntime();

/** Every float activation's extremes over all samples. */
async function measure(model: Model, samples: readonly Sample[]): Promise<ReadonlyMap<number, Extremes>> {
  const graph = mainGraph(model);
  const activations = [...graph.inputs, ...graph.ops.flatMap((op) => op.outputs)];
  const taps = activations.filter((id) => tensorAt(graph, id).dtype === 'float32');
  const executor = await runtime.create(model, taps);
  const found = new Map<TensorId, Extremes>();
  for (const sample of samples) {
    await executor.execute(sample, (id, { data }) => {
      const own = (data as Float32Array).reduce(
        ({ min, max }, value) => ({ min: Math.min(min, value), max: Math.max(max, value) }),
        found.get(id) ?? start,
      );
      found.set(id, own);
    });
  }
  executor.dispose();
  return found;
}

/** How far the extremes lie from the recorded ones, relative to the recorded range. */
function difference(recorded: RangeJson, own: readonly (Extremes | undefined)[]): number {
  const min = Math.min(...own.map((extremes) => extremes?.min ?? Number.NaN));
  const max = Math.max(...own.map((extremes) => extremes?.max ?? Number.NaN));
  const range = recorded.max - recorded.min || 1;
  return Math.max(Math.abs(min - recorded.min), Math.abs(max - recorded.max)) / range;
}

/** Ops that onnxruntime lacks. */
function ownOps(model: Model): readonly string[] {
  return mainGraph(model)
    .ops.filter((op) => lowererOf(op) === undefined)
    .map(opName);
}

describe.skipIf(noShared)(`against the ranges that TensorFlow calibrated${skipNote}`, () => {
  const table = ['case | tensors | worst |difference| / range'];
  afterAll(() => console.log(table.join('\n')));

  test.each([...goldenEntries('models'), ...goldenEntries('ops')])('%s', async (entry) => {
    const index = readIndex(entry);
    const { model } = prepare(readTflite(readGolden(index.float)));
    const found = await measure(model, readCalibration(index));
    const results = overwritten(mainGraph(model));
    const recorded = index.calibrated_min_max?.[0] ?? [];
    const differences = recorded.map((range) => {
      const id = range.i as TensorId;
      return difference(range, [found.get(id), found.get(results.get(id) ?? id)]);
    });
    const worst = Math.max(0, ...differences);
    const own = ownOps(model).join(', ');
    table.push(`${entry} | ${recorded.length} | ${worst.toExponential(1)}${own && ` | own kernels: ${own}`}`);
    expect(worst).toBeLessThanOrEqual(tolerances[entry] ?? tolerance);
  });
});
