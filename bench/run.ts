/**
 * Milliseconds of one inference, on one thread unless the name says more: our int8 kernels, LiteRT and onnxruntime-web,
 * alternating in one page of a browser, over several page loads; then our layers beside what the machine multiplies at most.
 * Prints tables and writes them with the machine's description as JSON. What the browser cannot run is left out by name.
 *
 * Usage: npm run bench [-- [--browser firefox] MODEL.tflite …]; in Chromium unless told otherwise; without models, the usual
 * five out of ZEROPOINT_SHARED.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { browsers } from './browser.ts';
import { type ClassFigures, classFigures, type LayerClass, type TimedLayer } from './layers.ts';
import { filesOf, givenModels, usualModels } from './models.ts';
import type { Rounds } from './page.ts';
import { compilePeak } from './peak-module.ts';
import { type Bench, serveBench } from './server.ts';

const loads = 3;
const settings = { rounds: 7, budget: 25 } as const;
const own = 'zeropoint int8';
const contenders = [
  own,
  'zeropoint int8, 2 threads',
  'zeropoint int8 xnnpack',
  'zeropoint int8 baseline',
  'LiteRT int8',
  'LiteRT int8, 2 threads',
  'LiteRT int8 compat',
  'LiteRT float',
  'onnxruntime-web float',
  'onnxruntime-web int8',
] as const;

interface Figures {
  /** Milliseconds. */
  readonly median: number;
  readonly best: number;
  /** Half of the rounds lie within this share of the median. */
  readonly spread: number;
  /** Median over our median, best over our best: other work on the machine only ever adds, so the best is the steadier. */
  readonly ratio: number;
  readonly bestRatio: number;
}
type Table = Readonly<Record<string, Readonly<Record<string, Figures>>>>;

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function figures(times: Rounds): Readonly<Record<string, Figures>> {
  const sorted = (name: string) => [...(times[name] ?? [])].sort((a, b) => a - b);
  const ours = sorted(own);
  return Object.fromEntries(
    Object.keys(times).map((name) => {
      const values = sorted(name);
      const median = quantile(values, 0.5);
      const spread = (quantile(values, 0.75) - quantile(values, 0.25)) / median;
      const best = quantile(values, 0);
      const bestRatio = best / quantile(ours, 0);
      return [name, { median, best, spread, ratio: median / quantile(ours, 0.5), bestRatio }];
    }),
  );
}

function print(name: string, row: Readonly<Record<string, Figures>>): void {
  console.log(`\n${name}`);
  for (const [contender, { median, best, spread, ratio, bestRatio }] of Object.entries(row)) {
    const parts = [
      contender.padEnd(26),
      `${median.toFixed(3).padStart(9)} ms`,
      `best ${best.toFixed(3).padStart(9)}`,
      `±${(100 * spread).toFixed(0).padStart(3)} %`,
      `${ratio.toFixed(2).padStart(6)} ×`,
      `best ${bestRatio.toFixed(2).padStart(6)} ×`,
    ];
    console.log(`  ${parts.join('  ')}`);
  }
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

interface Layers {
  /** 10⁹ products a second. */
  readonly peak: number;
  /** Milliseconds of planning and packing, by model. */
  readonly load: Readonly<Record<string, number>>;
  readonly classes: Readonly<Partial<Record<LayerClass, ClassFigures>>>;
}

/** Every convolution of the models in a page of its own each, by class, beside the peak. */
async function timeLayers(bench: Bench, names: readonly string[]): Promise<Layers> {
  const all: TimedLayer[] = [];
  const loads: Record<string, number> = {};
  let peak = 0;
  for (const name of names) {
    const found = await bench.ask('profile', name);
    all.push(...found.layers);
    loads[name] = found.load;
    peak = Math.max(peak, found.peak);
  }
  return { peak, load: loads, classes: classFigures(all, peak) };
}

function printLayers({ peak, load, classes }: Layers): void {
  console.log(`\nregister-only peak ${peak.toFixed(1)} GMAC/s; shares of it, best times`);
  for (const [name, { layers, rate, share, least, target }] of Object.entries(classes)) {
    const percent = (value: number) => `${(100 * value).toFixed(0).padStart(3)} %`;
    const parts = [
      name.padEnd(36),
      `${String(layers).padStart(3)} layers`,
      `${rate.toFixed(1).padStart(6)} GMAC/s`,
      percent(share),
      `slowest ${percent(least)}`,
      ...(target === undefined ? [] : [`target ${percent(target)}`]),
    ];
    console.log(`  ${parts.join('  ')}`);
  }
  for (const [name, milliseconds] of Object.entries(load))
    console.log(`  load of ${name}: ${milliseconds.toFixed(0)} ms`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

const { values: options, positionals: paths } = parseArgs({
  options: { browser: { type: 'string', default: 'chromium' } },
  allowPositionals: true,
});
const openBrowser =
  browsers.get(options.browser) ?? fail(`--browser is one of ${[...browsers.keys()].join(', ')}`);
const browser = await openBrowser().catch((error: Error) => fail(error.message));
const models = paths.length > 0 ? givenModels(paths) : usualModels();
const peaks = await Promise.all(
  (['i16', 'dot'] as const).map(async (kind) => [`peak_${kind}.wasm`, await compilePeak(kind)] as const),
);
const bench = await serveBench(browser, new Map([...models.flatMap(filesOf), ...peaks]));
const kernels = await bench.ask('machine');
const table: Record<string, Readonly<Record<string, Figures>>> = {};
const leftOut: Record<string, Readonly<Record<string, string>>> = {};
for (const { name } of models) {
  const all: Record<string, number[]> = {};
  for (let load = 0; load < loads; load++) {
    const found = await bench.ask('compare', name, contenders, settings);
    for (const [contender, values] of Object.entries(found.times))
      all[contender] = [...(all[contender] ?? []), ...values];
    leftOut[name] = { ...leftOut[name], ...found.leftOut };
    if (own in found.leftOut) throw new Error(`${name}: ${found.leftOut[own]}`);
  }
  table[name] = figures(all);
  print(name, table[name]);
  for (const [contender, reason] of Object.entries(leftOut[name] ?? {}))
    console.log(`  ${contender.padEnd(26)}  left out: ${reason}`);
}
const layers = await timeLayers(
  bench,
  models.map(({ name }) => name),
);
printLayers(layers);
await bench.close();
console.log('\nkernels; handover: microseconds that sharing a call between two threads costs', kernels);

/** Of the contenders that ran every model. */
const means = Object.fromEntries(
  contenders
    .map((contender) => [contender, Object.values(table).map((row) => row[contender]?.bestRatio)] as const)
    .flatMap(([contender, ratios]) => {
      const present = ratios.filter((ratio) => ratio !== undefined);
      return present.length === models.length ? [[contender, geometricMean(present)]] : [];
    }),
);
console.log('\ngeometric mean of the ratios of the best', means);
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  load: loadavg()[0],
  browser: browser.version,
  kernels,
};
const results = join(import.meta.dirname, 'results');
mkdirSync(results, { recursive: true });
const suffix = options.browser === 'chromium' ? '' : `-${options.browser}`;
const file = join(results, `${paths.length > 0 ? 'given' : 'usual'}${suffix}.json`);
const result: {
  machine: typeof machine;
  models: Table;
  leftOut: typeof leftOut;
  means: typeof means;
  layers: Layers;
} = {
  machine,
  models: table,
  leftOut,
  means,
  layers,
};
writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`);
console.log(file);
