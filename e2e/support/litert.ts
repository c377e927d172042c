import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { bundlePage } from '../../tests/support/bundle-page.ts';
import { litertFile } from '../../tests/support/litert.ts';
import type { Asked } from './litert-page.ts';

/**
 * Answers of real LiteRT in the same browser, in a page of its own: the studio's policy lets no foreign code in. All that
 * it needs is served from the installed package.
 */
export async function litertAnswers(
  page: Page,
  model: Uint8Array,
  inputs: readonly Asked[],
): Promise<readonly (readonly number[])[]> {
  const oracle = await page.context().newPage();
  const serve = (contentType: string, body: string | Buffer) => ({ contentType, body });
  await oracle.route('**/litert/', (route) =>
    route.fulfill(serve('text/html', '<!doctype html><title>LiteRT</title>')),
  );
  await oracle.route('**/litert/module.js', (route) =>
    route.fulfill(serve('text/plain', readFileSync(litertFile('js')))),
  );
  await oracle.route('**/litert/module.wasm', (route) =>
    route.fulfill(serve('application/wasm', readFileSync(litertFile('wasm')))),
  );
  await oracle.goto('/litert/');
  await oracle.addScriptTag({ content: await bundlePage(join(import.meta.dirname, 'litert-page.ts')) });
  const base64 = Buffer.from(model).toString('base64');
  const answers = await oracle.evaluate(([file, asked]) => window.litertAnswers(file, asked), [
    base64,
    inputs,
  ] as const);
  await oracle.close();
  return answers;
}
