import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { root } from './support/files.ts';

const dist = join(root, 'dist');
const html = readFileSync(join(dist, 'index.html'), 'utf8');

/** KiB. */
const budget = 110;

test(`the first load takes at most ${budget} KiB of JavaScript, gzipped`, () => {
  const scripts = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, path = '']) => path);
  expect(scripts.length).toBeGreaterThan(0);
  const sizes = scripts.map((path) => gzipSync(readFileSync(join(dist, path)), { level: 9 }).length);
  const total = sizes.reduce((sum, size) => sum + size, 0) / 1024;
  console.log(`first load: ${total.toFixed(1)} KiB`);
  expect(total).toBeLessThanOrEqual(budget);
});

test('charts, the runtime and the decoders are loaded only when they are needed', async ({ page }) => {
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  await page.goto('/');
  await page.locator('html[data-ready]').waitFor();
  expect(loaded.filter((url) => /\.wasm|ort\.|Chart|worker/.test(url))).toEqual([]);
});

test('the policy of the page allows nothing inline and nothing from elsewhere', () => {
  const [, policy = ''] = /Content-Security-Policy"\s+content="([^"]+)"/.exec(html) ?? [];
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toMatch(/unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|https?:/);
});

test('without scripts the first screen can be read', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, ...(baseURL && { baseURL }) });
  const page = await context.newPage();
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByText(/needs JavaScript/)).toBeVisible();
  await context.close();
});
