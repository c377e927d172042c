/** The browsers that the benchmark runs in, each behind one way to show a page. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import config from '../playwright.config.ts';

export interface Browser {
  /** Name and number. */
  readonly version: string;
  /** Opens a page that shares nothing with earlier ones. */
  show(url: string): Promise<Shown>;
  close(): Promise<void>;
}

export interface Shown {
  /** Rejects when the page can no longer answer. */
  readonly lost: Promise<never>;
  close(): Promise<void>;
}

async function openChromium(): Promise<Browser> {
  const browser = await chromium.launch(config.use?.launchOptions);
  return {
    version: `Chromium ${browser.version()}`,
    show: async (url) => {
      const page = await browser.newPage();
      page.on('pageerror', (error) => console.error(error.message));
      const lost = new Promise<never>((_, reject) => {
        page.on('crash', () => reject(new Error('the page crashed')));
      });
      lost.catch(() => {});
      await page.goto(url);
      return { lost, close: () => page.close() };
    },
    close: () => browser.close(),
  };
}

/** The name that it has on the PATH: Debian's long-term one, or anybody's. */
function findFirefox(): { readonly command: string; readonly version: string } {
  for (const command of ['firefox-esr', 'firefox'])
    try {
      const version = execFileSync(command, ['--version'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return { command, version: version.trim().replace('Mozilla ', '') };
    } catch {}
  throw new Error(
    'There is no Firefox here: neither firefox-esr nor firefox starts. Debian has it as the package firefox-esr.',
  );
}

/** A clock of full precision, no limit to what a page computes, and nothing beside the page that works or asks the network. */
const preferences: Readonly<Record<string, unknown>> = {
  'privacy.reduceTimerPrecision': false,
  'privacy.reduceTimerPrecision.unconditional': false,
  'dom.max_script_run_time': 0,
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'toolkit.telemetry.enabled': false,
};

/** Without Playwright, which drives only a Firefox that it built: a process and a new profile for each page. */
async function openFirefox(): Promise<Browser> {
  const { command, version } = findFirefox();
  const show = async (url: string): Promise<Shown> => {
    const profile = mkdtempSync(join(tmpdir(), 'zeropoint-firefox-'));
    const lines = Object.entries(preferences).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    writeFileSync(join(profile, 'user.js'), lines.join(''));
    const child = spawn(command, ['--headless', '--no-remote', '--profile', profile, url], {
      stdio: 'ignore',
    });
    const ended = new Promise<string>((resolve) => {
      child.on('error', ({ message }) => resolve(message));
      child.on('exit', (code) => resolve(`Firefox ended with ${code}`));
    });
    const lost = ended.then((reason): never => {
      throw new Error(reason);
    });
    lost.catch(() => {});
    const close = async () => {
      child.kill('SIGKILL');
      await ended;
      // Its helper processes end by themselves, a little later.
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    };
    return { lost, close };
  };
  return { version, show, close: async () => {} };
}

/** Each throws an Error that says what is missing. */
export const browsers: ReadonlyMap<string, () => Promise<Browser>> = new Map([
  ['chromium', openChromium],
  ['firefox', openFirefox],
]);
