import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { buildKernels } from './tools/kernels/build.ts';
import { prerenderStart } from './tools/prerender/plugin.ts';

await buildKernels();

/** With these a page may share memory between threads, which the int8 kernels use where they can. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Paths are relative so that the built studio runs from any folder of any static host. */
export default defineConfig({
  base: './',
  plugins: [react(), prerenderStart()],
  build: {
    target: 'es2023',
    // As a data: address it would be fetched, which the page's policy forbids, and not be cached by name.
    assetsInlineLimit: (file) => (file.endsWith('.wasm') ? false : undefined),
  },
  worker: { format: 'es' },
  server: { headers },
  preview: { headers },
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'tools/**/*.test.ts'],
    reporters: ['default', './tests/closing-line-reporter.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
