import { existsSync } from 'node:fs';
import { defineConfig, devices } from '@playwright/test';

/** Playwright's own Chromium where it was downloaded, else the system's. */
const system = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const port = 4517;

export default defineConfig({
  testDir: 'e2e',
  timeout: 120_000,
  workers: 1,
  forbidOnly: true,
  reporter: [['list'], ['./e2e/closing-line-reporter.ts']],
  use: {
    ...devices['Desktop Chrome'],
    baseURL: `http://localhost:${port}/`,
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      ...(process.env.PLAYWRIGHT_OWN_BROWSER === undefined &&
        system !== undefined && { executablePath: system }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  webServer: { command: `npx vite preview --port ${port} --strictPort`, port, reuseExistingServer: false },
});
