/**
 * `npm test`: types, lint, unit tests, the build, and the tests in a browser over it, stopping at the first that fails.
 * Ends with one line, `N passed, N failed`, that counts both kinds of tests.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

const counts = { passed: 0, failed: 0, skipped: 0 };

/** Runs a command with its output passed on; adds the counts of its closing line, which is kept back. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let last = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      last = (last + chunk).slice(-400);
    });
    child.on('close', (code) => {
      const [, passed, failed, skipped] =
        /(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/.exec(last) ?? [];
      counts.passed += Number(passed ?? 0);
      counts.failed += Number(failed ?? 0);
      counts.skipped += Number(skipped ?? 0);
      if (code !== 0 && Number(failed ?? 0) === 0) counts.failed += 1;
      resolve(code === 0);
    });
  });
}

const systemBrowsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A browser is there or can be fetched; without one the tests in it are skipped, aloud. */
async function hasBrowser() {
  if (systemBrowsers.some((path) => existsSync(path))) return true;
  return run('npx', ['playwright', 'install', 'chromium']);
}

async function inBrowser() {
  const before = counts.failed;
  if (await hasBrowser()) return run('npx', ['playwright', 'test']);
  counts.failed = before;
  counts.skipped += 1;
  console.log('\nThe tests in a browser are skipped: there is no Chromium, and none could be fetched.');
  return true;
}

const steps = [
  () => run('npx', ['tsc', '-b']),
  () => run('npx', ['biome', 'check', '--error-on-warnings']),
  () => run('npx', ['vitest', 'run']),
  () => run('npx', ['vite', 'build', '--logLevel', 'warn']),
  inBrowser,
];
let green = true;
for (const step of steps) {
  green = await step();
  if (!green) break;
}
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = green && counts.failed === 0 ? 0 : 1;
