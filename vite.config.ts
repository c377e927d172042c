import { defineConfig } from 'vitest/config';

/** Paths are relative so that the built studio runs from any folder of any static host. */
export default defineConfig({
  base: './',
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'tools/**/*.test.ts'],
    reporters: ['default', './tests/closing-line-reporter.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
