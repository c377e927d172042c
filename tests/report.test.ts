import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { calibrate } from '../src/core/calibrate/calibrate.ts';
import { compareModels } from '../src/core/evaluate/compare.ts';
import { samePositions } from '../src/core/evaluate/correspondence.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { writeTflite } from '../src/core/formats/tflite/write.ts';
import { quantize } from '../src/core/quantize/quantize.ts';
import { defaultRecipe } from '../src/core/quantize/recipe.ts';
import { chooseRanges } from '../src/core/ranges/choose.ts';
import { createReport } from '../src/core/report/create.ts';
import { formatReport } from '../src/core/report/format.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { examplePictures } from '../tools/example/files.ts';
import { samplesOf } from '../tools/example/samples.ts';

test('the report on the example finds what was built into it, and nothing else that needs a look', async () => {
  const bytes = readFileSync(join(import.meta.dirname, '../public/examples/fruit/model.tflite'));
  const float = readTflite(bytes);
  const samples = samplesOf(examplePictures);
  const tools = { runtime: createFloatRuntime(), arithmetic: 'litert-reference' } as const;
  const statistics = await calibrate(float, samples, tools);
  const ranges = chooseRanges(float, statistics, 'tensorflow');
  const quantized = quantize(float, ranges, defaultRecipe);
  const pair = {
    reference: float,
    candidate: quantized.model,
    tensors: samePositions(float, quantized.model),
  };
  const report = createReport({
    name: 'fruit.tflite',
    float,
    quantized,
    recipe: defaultRecipe,
    statistics,
    ranges,
    files: { float: bytes, quantized: writeTflite(quantized.model) },
    comparison: await compareModels(pair, samples, tools),
  });

  const named = report.findings
    .filter(({ verdict }) => verdict === 'warn')
    .map(({ id, where }) => [id, report.layers[where[0] ?? -1]?.name.split('/')[1]]);
  expect(named).toEqual([
    ['largest-error', 'block_3_pointwise'],
    ['channel-outlier', 'block_1_pointwise'],
    ['weak-channels', 'block_3_depthwise'],
  ]);
  expect(report.layers.every(({ local, accumulated }) => local && accumulated)).toBe(true);
  const lines = formatReport(report).split('\n');
  expect(lines.filter((line) => line.length > 104)).toEqual([]);
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}Accuracy +top-1 100\.0 % → \d\d\.\d %/));
});
