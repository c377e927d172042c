import { afterAll, describe, expect, test } from 'vitest';
import { calibrate } from '../src/core/calibrate/calibrate.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { mainGraph, tensorAt } from '../src/core/model/graph.ts';
import type { SampleSource } from '../src/core/model/samples.ts';
import type { TensorId } from '../src/core/model/types.ts';
import { prepare } from '../src/core/prepare/prepare.ts';
import { quantize } from '../src/core/quantize/quantize.ts';
import { defaultRecipe } from '../src/core/quantize/recipe.ts';
import { chooseRanges } from '../src/core/ranges/choose.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import {
  type GoldenIndex,
  goldenEntries,
  readCalibration,
  readGolden,
  readIndex,
  readVariant,
} from './support/golden-index.ts';
import { matchGraphs } from './support/match-graphs.ts';

/**
 * The whole way on our own: our float run over TensorFlow's calibration tensors, our ranges, our quantizer, against the
 * parameters in the file that TensorFlow wrote.
 */
const scope = ['ad01', 'effnet_block', 'kws', 'mbv2_cifar', 'mnist', 'resnet8', 'resnet8_large', 'vww'];
const entries = goldenEntries('models').filter((entry) => scope.some((name) => entry.endsWith(`/${name}`)));
const scaleTolerance = 1e-5;
/** How near to a tie TensorFlow's unrounded zero point must lie for a difference of 1. */
const tieTolerance = 1e-3;

interface Result {
  readonly entry: string;
  readonly compared: number;
  readonly worstScale: number;
  readonly ties: readonly string[];
  readonly onPurpose: readonly string[];
}
const results: Result[] = [];

function sourceOf(index: GoldenIndex): SampleSource {
  const samples = readCalibration(index);
  return {
    count: samples.length,
    async *open() {
      for (const [i, sample] of samples.entries()) yield { name: `calib[${i}]`, sample };
    },
  };
}

function tieDistance(index: GoldenIndex, id: TensorId): number {
  const recorded = index.calibrated_min_max?.[0]?.find(({ i }) => i === id);
  if (recorded === undefined) return 1;
  const [min, max] = [Math.min(0, recorded.min), Math.max(0, recorded.max)];
  const exact = -128 - min / ((max - min) / 255);
  return Math.abs(Math.abs(exact - Math.floor(exact)) - 0.5);
}

describe('scales and zero points from our own calibration', () => {
  test.each(entries)('%s', async (entry) => {
    const index = readIndex(entry);
    const { model, notes } = prepare(readTflite(readGolden(index.float)));
    const statistics = await calibrate(model, sourceOf(index), { runtime: createFloatRuntime() });
    const ours = mainGraph(
      quantize(model, chooseRanges(model, statistics, 'tensorflow'), defaultRecipe).model,
    );
    const theirs = mainGraph(readTflite(readVariant(index, 'int8') ?? new Uint8Array()));
    const hybrid = notes.some(({ kind }) => kind === 'quantized-weights');
    const [ties, onPurpose, wrong]: string[][] = [[], [], []];
    let [compared, worstScale] = [0, 0];
    for (const [a, b] of matchGraphs(ours, theirs).tensors) {
      const [our, their] = [tensorAt(ours, a), tensorAt(theirs, b)];
      if (our.data !== undefined || our.quant === undefined || their.quant === undefined) continue;
      compared += 1;
      const relative = Math.abs((our.quant.scale[0] ?? 0) / (their.quant.scale[0] ?? 1) - 1);
      const offset = Math.abs((our.quant.zeroPoint[0] ?? 0) - (their.quant.zeroPoint[0] ?? 0));
      const text = `tensor ${a} “${our.name.slice(-40)}”: scale off by ${relative.toExponential(1)}, zero point by ${offset}`;
      if (hybrid) {
        if (relative > scaleTolerance || offset > 0) onPurpose?.push(text);
        continue;
      }
      worstScale = Math.max(worstScale, relative);
      const tie = offset === 1 && tieDistance(index, a) < tieTolerance;
      if (tie) ties?.push(text);
      if (relative > scaleTolerance || (offset > 0 && !tie)) wrong?.push(text);
    }
    results.push({ entry, compared, worstScale, ties: ties ?? [], onPurpose: onPurpose ?? [] });
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(0);
  });
});

afterAll(() => {
  const lines = results.flatMap(({ entry, compared, worstScale, ties, onPurpose }) => [
    `${entry.padEnd(24)}${String(compared).padStart(4)} tensors, worst scale difference ${worstScale.toExponential(1)}, ${ties.length} at a tie, ${onPurpose.length} differ on purpose`,
    ...[...ties, ...onPurpose].map((line) => `    ${line}`),
  ]);
  const why =
    'On purpose: TensorFlow calibrates a dynamic-range file with kernels that quantize activations; our reference is float.';
  console.log([...lines, why].join('\n'));
});
