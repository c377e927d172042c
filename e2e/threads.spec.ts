import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { writeTflite } from '../src/core/formats/tflite/write.ts';
import { activation, constant, floats, modelOf, type OpSketch } from '../tests/support/models.ts';
import { named } from '../tests/support/small-models.ts';
import { example } from './support/files.ts';
import { dropPaths, openStudio, show, waitForResult } from './support/studio.ts';

const conv = {
  padding: 'SAME',
  strideH: 1,
  strideW: 1,
  dilationH: 1,
  dilationW: 1,
  activation: 'RELU6',
} as const;

function waves(count: number, height: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => height * Math.sin(i * i));
}

/** A float model of 40 million products, so that its plan is worth several threads; the example's is not. */
function heavyModel(): string {
  const tensors = [
    named(activation([1, 64, 64, 3]), 'picture'),
    named(constant(floats([32, 3, 3, 3], waves(864, 0.4))), 'w1'),
    named(constant(floats([32], waves(32, 0.1))), 'b1'),
    named(activation([1, 64, 64, 32]), 'first'),
    named(constant(floats([32, 3, 3, 32], waves(9216, 0.1))), 'w2'),
    named(constant(floats([32], waves(32, 0.1))), 'b2'),
    named(activation([1, 64, 64, 32]), 'second'),
    named(constant({ shape: [2], dtype: 'int32', data: Int32Array.of(1, 2) }), 'axes'),
    named(activation([1, 32]), 'answer'),
  ];
  const ops = [
    { kind: 'CONV_2D', options: conv, inputs: [0, 1, 2], outputs: [3] },
    { kind: 'CONV_2D', options: conv, inputs: [3, 4, 5], outputs: [6] },
    { kind: 'MEAN', options: { keepDims: false }, inputs: [6, 7], outputs: [8] },
  ] as const satisfies readonly OpSketch[];
  const file = join(mkdtempSync(join(tmpdir(), 'zeropoint-')), 'heavy.tflite');
  writeFileSync(file, writeTflite(modelOf(tensors, ops, [[0], [8]])));
  return file;
}

/** Quantizes the model; gives its table of layers and what the page and its workers did for threads. */
async function quantize(page: Page) {
  const fetched: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await openStudio(page);
  await dropPaths(page, [join(example, 'pictures'), heavyModel()]);
  await waitForResult(page);
  await show(page, '#/layers');
  await expect(page.getByRole('row')).toHaveCount(4);
  return {
    layers: await page.getByRole('row').allInnerTexts(),
    isolated: await page.evaluate(() => crossOriginIsolated),
    fetched: fetched.filter((url) => /kernel-helper|-threads-.*\.wasm/.test(url)),
    helpers: page.workers().length - 1,
    errors,
  };
}

test('helpers come where a host sends the two headers; without headers or helpers one thread finds the same', async ({
  page,
  context,
}) => {
  const several = await quantize(page);
  expect(several).toMatchObject({ isolated: true, errors: [] });
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  expect(several.helpers).toBe(Math.min(cores, 4) - 1);

  const plain = await context.newPage();
  await plain.route('**/*', async (route) => {
    const response = await route.fetch();
    const headers = Object.entries(response.headers()).filter(([name]) => !name.startsWith('cross-origin-'));
    await route.fulfill({ response, headers: Object.fromEntries(headers) });
  });
  const { layers } = several;
  expect(await quantize(plain)).toEqual({ layers, isolated: false, fetched: [], helpers: 0, errors: [] });

  const without = await context.newPage();
  // Threads of workers cannot be routed; this lets the session's worker ask for a script that is not there.
  await without.route('**/worker-*.js', async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replaceAll('kernel-helper-', 'missing-');
    await route.fulfill({ response, body });
  });
  expect(await quantize(without)).toMatchObject({ layers, isolated: true, helpers: 0 });
});
