import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { bundlePage } from '../tests/support/bundle-page.ts';
import { root } from './support/files.ts';

test('the relaxed build equals the reference kernels in every form that this machine can try', async ({
  page,
}) => {
  await page.route('**/kernels/**', (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1) ?? '';
    if (!name.endsWith('.wasm'))
      return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>kernels</title>' });
    const body = readFileSync(join(root, 'src/kernels/generated', name));
    return route.fulfill({ contentType: 'application/wasm', body });
  });
  await page.goto('/kernels/');
  await page.addScriptTag({
    content: await bundlePage(join(import.meta.dirname, 'support/kernels-page.ts')),
  });
  const { form, build, results } = await page.evaluate((runs) => window.checkKernels(runs), 300);
  console.log(`${build} build, form ${form}: ${results.length} properties`);
  expect(results.filter((result) => 'failure' in result)).toEqual([]);
  expect(results.length).toBeGreaterThanOrEqual(14);
});
