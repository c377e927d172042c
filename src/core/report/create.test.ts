import { describe, expect, test } from 'vitest';
import {
  fakeRuntime,
  floatTensor,
  modelOf,
  sourceOf,
  tid,
  unaryOp,
} from '../../../tests/support/fake-runtime.ts';
import { calibrate } from '../calibrate/calibrate.ts';
import { compareModels } from '../evaluate/compare.ts';
import { samePositions } from '../evaluate/correspondence.ts';
import { bytesOf } from '../model/data.ts';
import { quantize } from '../quantize/quantize.ts';
import { defaultRecipe } from '../quantize/recipe.ts';
import { chooseRanges } from '../ranges/choose.ts';
import { createReport } from './create.ts';
import { formatReport } from './format.ts';
import type { FindingId, Report } from './report.ts';

type Rows = readonly (readonly number[] | undefined)[];

/** x[1,5] → dense: y[i] = weights[i] · x[i], the fifth value is ignored → y[1,4] */
async function reportOf(
  pictures: Rows,
  {
    weights = [1, 1, 1, 1],
    labels,
    bytes = 1000,
  }: { weights?: number[]; labels?: number[]; bytes?: number } = {},
): Promise<Report> {
  const matrix = weights.flatMap((weight, row) =>
    [0, 1, 2, 3, 4].map((column) => (row === column ? weight : 0)),
  );
  const float = modelOf({
    inputs: [tid(0)],
    outputs: [tid(2)],
    tensors: [
      floatTensor('x', [1, 5]),
      { ...floatTensor('w', [4, 5]), data: bytesOf(Float32Array.from(matrix)) },
      floatTensor('y', [1, 4]),
    ],
    ops: [{ ...unaryOp('FULLY_CONNECTED', 0, 2), inputs: [tid(0), tid(1), tid(-1)] }],
  });
  const runtime = fakeRuntime({ 2: (x) => weights.map((weight, i) => weight * (x[i] ?? 0)) });
  const samples = sourceOf(
    pictures.map((values) => values && [...values, 0]),
    labels,
  );
  const statistics = await calibrate(float, samples, { runtime });
  const ranges = chooseRanges(float, statistics, 'tensorflow');
  const quantized = quantize(float, ranges, defaultRecipe);
  const pair = {
    reference: float,
    candidate: quantized.model,
    tensors: samePositions(float, quantized.model),
  };
  const comparison = await compareModels(pair, samples, { runtime, arithmetic: 'litert-reference' });
  const files = { float: new Uint8Array(4000), quantized: new Uint8Array(bytes) };
  return createReport({
    name: 'tiny.tflite',
    float,
    quantized,
    recipe: defaultRecipe,
    statistics,
    ranges,
    files,
    comparison,
  });
}

/** 24 pictures that differ and have four different answers. */
const varied = Array.from({ length: 24 }, (_, i) =>
  [0, 1, 2, 3].map((c) => ((c === i % 4 ? 1 : 0.5) * (i + 6)) / 32),
);

function ids({ findings }: Report): readonly FindingId[] {
  return findings.map(({ id }) => id);
}

test('a sound model has one row per op and nothing that needs a look', async () => {
  const report = await reportOf(varied, { labels: varied.map((_, i) => i % 4) });
  expect(report.layers).toHaveLength(1);
  expect(report.layers[0]).toMatchObject({
    op: 0,
    kind: 'FULLY_CONNECTED',
    name: 'y',
    dtype: 'int8',
    zeroPoint: -128,
    range: { max: 0.90625, from: 'min-max' },
    observed: { maxFrom: { index: 23, name: '23.png' } },
    clipped: 0,
    weights: { bytes: 20, scales: 4 },
  });
  expect(report.evaluation?.agreement).toMatchObject({ hits: 24, total: 24 });
  expect(report.findings.filter(({ verdict }) => verdict === 'warn')).toEqual([]);
  expect(report.files.float).toMatchObject({ bytes: 4000 });
  expect(report.files.float.gzip).toBeLessThan(100);
});

test('a report survives JSON', async () => {
  const report = await reportOf(varied);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test('the text has the numbers, a table and the findings, in lines that fit', async () => {
  const text = formatReport(await reportOf([...varied, undefined], { labels: varied.map((_, i) => i % 4) }));
  expect(text).toContain('Size           4.00 kB → 1.00 kB (−75 %)');
  expect(text).toContain('24 of 24 samples');
  expect(text).toContain('! 1 sample could not be used for calibration. “24.png”: not a picture');
  expect(text.split('\n').filter((line) => line.length > 104)).toEqual([]);
});

describe('findings', () => {
  test('one channel stretches the range of all', async () => {
    const report = await reportOf(varied, { weights: [1, 100, 1, 1] });
    const finding = report.findings.find(({ id }) => id === 'channel-outlier');
    expect(finding?.text).toContain(
      'Output channel 1 of op 0 FULLY_CONNECTED reaches 84.38, the other 3 at most 0.9063',
    );
    expect(ids(report)).not.toContain('weak-channels');
  });

  test('channels of very different ranges', async () => {
    const report = await reportOf(varied, { weights: [100, 90, 1, 1] });
    expect(report.findings.find(({ id }) => id === 'weak-channels')).toMatchObject({
      verdict: 'warn',
      where: [0],
    });
  });

  test('channels that never move', async () => {
    expect(ids(await reportOf(varied, { weights: [1, 1, 0, 1] }))).toContain('silent-channels');
  });

  test('a single value that stretches a range', async () => {
    const many = Array.from({ length: 1200 }, (_, i) => varied[i % 24] ?? []);
    const report = await reportOf([...many, [9, 9, 0, 0]]);
    const finding = report.findings.find(({ id }) => id === 'unused-range');
    expect(finding?.text).toContain('op 0 FULLY_CONNECTED reaches 9 in “1200.png”');
  });

  test('a file that did not become smaller', async () => {
    expect(ids(await reportOf(varied, { bytes: 4000 }))).toContain('nothing-saved');
    expect(ids(await reportOf(varied))).not.toContain('nothing-saved');
  });

  test('few samples, skipped samples', async () => {
    expect(ids(await reportOf([...varied.slice(0, 19), undefined]))).toEqual(
      expect.arrayContaining(['few-samples', 'samples-skipped']),
    );
    expect(ids(await reportOf(varied))).not.toContain('few-samples');
  });

  test('a float model that is no better than guessing, or says one thing only', async () => {
    expect(ids(await reportOf(varied, { labels: varied.map((_, i) => (i + 1) % 4) }))).toContain(
      'float-inaccurate',
    );
    expect(ids(await reportOf(varied.map(() => [0.9, 0.1, 0, 0])))).toContain('one-answer');
  });
});
