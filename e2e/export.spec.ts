import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { writeNpy } from '../src/core/formats/npy.ts';
import { presets } from '../src/core/quantize/presets.ts';
import { besideLiteRt, inputsFor } from './support/beside-litert.ts';
import { example, readExample, root } from './support/files.ts';
import { drop, exportFile, openExample, openStudio, show, waitForResult } from './support/studio.ts';

/** The headless twin on the same job. */
function headless(images: string): Uint8Array {
  const out = join(mkdtempSync(join(tmpdir(), 'zeropoint-')), 'model_int8.tflite');
  const tsx = join(root, 'node_modules/.bin/tsx');
  execFileSync(
    tsx,
    ['src/cli/main.ts', 'quantize', join(example, 'model.tflite'), '--images', images, '-o', out],
    {
      cwd: root,
      stdio: 'ignore',
    },
  );
  return new Uint8Array(readFileSync(out));
}

test('the exported file runs in LiteRT in the same browser with the answers that the page shows', async ({
  page,
}) => {
  await openExample(page);
  const { same, total, mean } = await besideLiteRt(page, await exportFile(page));
  console.log(`${same} of ${total} the same class, mean difference ${mean.toFixed(3)} steps`);
  expect(same / total).toBeGreaterThanOrEqual(0.95);
  // XNNPACK rounds otherwise than microcontrollers do, by one step an op.
  expect(mean).toBeLessThanOrEqual(1);
});

test('the file of every preset runs in LiteRT in the same browser with the classes that the page shows', async ({
  page,
}) => {
  test.setTimeout(300_000);
  await openExample(page);
  for (const { title } of Object.values(presets)) {
    await show(page, '#/recipe');
    await page.getByRole('radio', { name: title }).check();
    await show(page, '#/overview');
    await waitForResult(page);
    const { same, total, mean, largest } = await besideLiteRt(page, await exportFile(page));
    await page.keyboard.press('Escape');
    console.log(
      `${title}: ${same} of ${total} the same class, mean difference ${mean.toFixed(4)}, largest ${largest.toFixed(4)}`,
    );
    expect(same / total, title).toBeGreaterThanOrEqual(0.95);
  }
});

test('page and headless twin write the same bytes from PNG pictures', async ({ page }) => {
  await openExample(page);
  const file = await exportFile(page);
  expect(Buffer.compare(file, headless(join(example, 'pictures')))).toBe(0);
});

test('page and headless twin write the same bytes from an .npy file', async ({ page }) => {
  const float = readExample('model.tflite');
  const inputs = await inputsFor(float);
  const all = new Float32Array(inputs.length * 64 * 64 * 3);
  for (const [i, { data }] of inputs.entries()) all.set(data as Float32Array, i * 64 * 64 * 3);
  const npy = writeNpy({ shape: [inputs.length, 64, 64, 3], dtype: 'float32', data: all });
  const path = join(mkdtempSync(join(tmpdir(), 'zeropoint-')), 'calibration.npy');
  writeFileSync(path, npy);
  await openStudio(page);
  await drop(page, [
    { name: 'model.tflite', bytes: float },
    { name: 'calibration.npy', bytes: npy },
  ]);
  await waitForResult(page);
  const file = await exportFile(page);
  expect(Buffer.compare(file, headless(path))).toBe(0);
});
