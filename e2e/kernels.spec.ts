import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { bundlePage } from '../tests/support/bundle-page.ts';
import { helperScript } from '../tests/support/page-helper.ts';
import { readGoldenModels } from '../tests/support/read-golden-models.ts';
import { root } from './support/files.ts';

/** What lets a page share memory between threads. */
const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

async function openKernels(page: Page): Promise<void> {
  const helper = `${await bundlePage(join(root, 'src/kernels/help.ts'))}\n${helperScript}`;
  await page.route('**/kernels/**', (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1) ?? '';
    if (name === 'helper.js') return route.fulfill({ headers, contentType: 'text/javascript', body: helper });
    if (!name.endsWith('.wasm'))
      return route.fulfill({
        headers,
        contentType: 'text/html',
        body: '<!doctype html><title>kernels</title>',
      });
    const body = readFileSync(join(root, 'src/kernels/generated', name));
    return route.fulfill({ headers, contentType: 'application/wasm', body });
  });
  await page.goto('/kernels/');
  await page.addScriptTag({
    content: await bundlePage(join(import.meta.dirname, 'support/kernels-page.ts')),
  });
}

test('the relaxed build equals the reference kernels in every form that this machine can try', async ({
  page,
}) => {
  await openKernels(page);
  const { form, build, results } = await page.evaluate((runs) => window.checkKernels(runs), 300);
  console.log(`${build} build, form ${form}: ${results.length} properties`);
  expect(results.filter((result) => 'failure' in result)).toEqual([]);
  expect(results.length).toBeGreaterThanOrEqual(14);
});

test('and so does its build for threads, on two of them', async ({ page }) => {
  await openKernels(page);
  const { build, chunks, results } = await page.evaluate(() => window.checkThreads());
  console.log(`${build} build: the second thread computed ${chunks} parts of calls`);
  expect(results.filter((result) => 'failure' in result)).toEqual([]);
  // Calls are short here, so that a helper comes too late for many of them.
  expect(chunks).toBeGreaterThan(results.length);
});

test('golden models answer as TensorFlow on two threads, tensor by tensor', async ({ page }) => {
  await openKernels(page);
  let [tensors, parts] = [0, 0];
  for (const model of readGoldenModels()) {
    const { equal, differs, chunks } = await page.evaluate((given) => window.checkGolden(given), model);
    expect(differs).toEqual([]);
    tensors += equal;
    parts += chunks;
  }
  console.log(`${tensors} tensors; the second thread computed ${parts} parts of calls`);
  expect(tensors).toBeGreaterThan(50);
  expect(parts).toBeGreaterThan(0);
});
