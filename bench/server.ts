/** The page and everything that it asks for, from the packages and from memory; and what the page answers. */
import { readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { bundlePage } from '../tests/support/bundle-page.ts';
import { helperScript } from '../tests/support/page-helper.ts';
import type { Browser } from './browser.ts';
import type { Answer, BenchApi, CallName } from './page.ts';

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, '..');
const folders: ReadonlyMap<string, string> = new Map([
  ['kernels', join(root, 'src/kernels/generated')],
  ['litert', join(dirname(require.resolve('@litertjs/core/package.json')), 'wasm')],
  ['ort', dirname(require.resolve('onnxruntime-web/wasm'))],
]);
const types: Readonly<Record<string, string>> = {
  '': 'text/html',
  js: 'text/javascript',
  mjs: 'text/javascript',
  wasm: 'application/wasm',
};
const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
/** Milliseconds; the longest call takes less than a minute on an idle machine. */
const patience = 600_000;

type Files = ReadonlyMap<string, Uint8Array | string>;

async function ownFiles(): Promise<Files> {
  const script = await bundlePage(join(import.meta.dirname, 'page.ts'));
  const helper = await bundlePage(join(root, 'src/kernels/help.ts'));
  return new Map([
    ['/', '<!doctype html><title>bench</title><script src="/page.js"></script>'],
    ['/page.js', script],
    ['/kernels/helper.js', `${helper}\n${helperScript}`],
  ]);
}

function contentOf(path: string, files: Files): Uint8Array | string | undefined {
  const [, folder = '', name = ''] = path.split('/');
  const place = folders.get(folder);
  if (files.has(path) || place === undefined) return files.get(path);
  const file = join(place, name);
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined;
}

function serveFile(url: string, files: Files, response: ServerResponse): void {
  const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  const content = contentOf(path, files);
  const type = types[path.split(/[./]/).at(-1) ?? ''] ?? 'application/octet-stream';
  response.writeHead(content === undefined ? 404 : 200, { ...headers, 'content-type': type });
  response.end(content);
}

export interface Bench {
  /**
   * What a function of the page returns, called in a page of its own.
   * @throws Error with what the function threw, or why the browser has no answer.
   */
  ask<Name extends CallName>(
    name: Name,
    ...args: Parameters<BenchApi[Name]>
  ): Promise<Awaited<ReturnType<BenchApi[Name]>>>;
  close(): Promise<void>;
}

/** @param models - files by name, for the page */
export async function serveBench(browser: Browser, models: ReadonlyMap<string, Uint8Array>): Promise<Bench> {
  const files = new Map(await ownFiles());
  for (const [name, bytes] of models) files.set(`/models/${name}`, bytes);
  let settle: (answer: Answer) => void = () => {};
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'POST') return serveFile(request.url ?? '/', files, response);
    const answer = JSON.parse(await text(request)) as Answer;
    response.end();
    settle(answer);
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ask: async (name, ...args) => {
      const answered = new Promise<Answer>((resolve) => {
        settle = resolve;
      });
      const call = encodeURIComponent(JSON.stringify({ name, args }));
      const page = await browser.show(`http://127.0.0.1:${port}/?${call}`);
      const late = AbortSignal.timeout(patience);
      try {
        const answer = await Promise.race([answered, page.lost, failAt(late, `${name}: no answer`)]);
        if ('error' in answer) throw new Error(`${name}: ${answer.error}`);
        return answer.value as never;
      } finally {
        await page.close();
      }
    },
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

function failAt(signal: AbortSignal, message: string): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(message)));
  });
}
