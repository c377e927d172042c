/** A page in Chromium that everything the benchmark needs is served to, from the packages and from memory. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import config from '../playwright.config.ts';
import { bundlePage } from '../tests/support/bundle-page.ts';
import { helperScript } from '../tests/support/page-helper.ts';

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, '..');
const folders: Readonly<Record<string, string>> = {
  kernels: join(root, 'src/kernels/generated'),
  litert: join(dirname(require.resolve('@litertjs/core/package.json')), 'wasm'),
  ort: dirname(require.resolve('onnxruntime-web/wasm')),
};
const types: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  mjs: 'text/javascript',
  wasm: 'application/wasm',
};
/** Opens new pages of one Chromium; each load is a load of its own for every contender. */
export async function openBrowser(models: ReadonlyMap<string, Uint8Array>) {
  const browser = await chromium.launch(config.use?.launchOptions);
  const script = await bundlePage(join(import.meta.dirname, 'page.ts'));
  const helper = `${await bundlePage(join(root, 'src/kernels/help.ts'))}\n${helperScript}`;
  const headers = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  };
  const answer = (path: string): { contentType: string; body: Buffer | string } => {
    const [, folder = '', name = ''] = path.split('/');
    if (folder === '') return { contentType: 'text/html', body: '<!doctype html><title>bench</title>' };
    if (name === 'helper.js') return { contentType: 'text/javascript', body: helper };
    const model = models.get(name);
    if (folder === 'models' && model !== undefined)
      return { contentType: 'application/octet-stream', body: Buffer.from(model) };
    const file = join(folders[folder] ?? root, name);
    return { contentType: types[name.split('.').at(-1) ?? ''] ?? 'text/plain', body: readFileSync(file) };
  };
  const open = async (): Promise<Page> => {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(error.message));
    await page.route('**/*', (route) =>
      route.fulfill({ headers, ...answer(decodeURIComponent(new URL(route.request().url()).pathname)) }),
    );
    await page.goto('http://localhost:9/');
    await page.addScriptTag({ content: script });
    return page;
  };
  return { open, version: browser.version(), close: () => browser.close() };
}
