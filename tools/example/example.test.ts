import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTflite } from '../../src/core/formats/tflite/read.ts';
import { mainGraph } from '../../src/core/model/graph.ts';
import { exampleFiles } from './files.ts';
import { exponential } from './train.ts';

const folder = join(import.meta.dirname, '../../public/examples/fruit');
const modelFile = join(folder, 'model.tflite');

test('rendering gives the committed bytes', () => {
  const differing = [...exampleFiles()].filter(
    ([path, bytes]) => !readFileSync(join(folder, path)).equals(bytes),
  );
  expect(differing.map(([path]) => path)).toEqual([]);
});

test('nothing else lies in the folder', () => {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files).toHaveLength(exampleFiles().size + 1);
});

test('the model is small and has depthwise layers, a residual and a classifier', () => {
  expect(statSync(modelFile).size).toBeLessThan(300_000);
  const kinds = mainGraph(readTflite(readFileSync(modelFile))).ops.map(({ kind }) => kind);
  expect(kinds).toEqual([
    'CONV_2D',
    ...Array.from({ length: 3 }, () => ['DEPTHWISE_CONV_2D', 'CONV_2D']).flat(),
    'CONV_2D',
    'DEPTHWISE_CONV_2D',
    'CONV_2D',
    'ADD',
    'DEPTHWISE_CONV_2D',
    'CONV_2D',
    'MEAN',
    'FULLY_CONNECTED',
    'SOFTMAX',
  ]);
});

test.each([0, -1e-9, -0.5, -3.25, -40, -200])('our own e^%d is the exponential', (x) => {
  expect(Math.abs(exponential(x) - Math.exp(x))).toBeLessThan(1e-12);
});
