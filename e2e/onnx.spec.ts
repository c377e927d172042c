import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { readOnnx } from '../src/core/formats/onnx/read.ts';
import { exampleOnnx, withWeightsApart } from '../tests/support/onnx-example.ts';
import { besideLiteRt } from './support/beside-litert.ts';
import { example } from './support/files.ts';
import { drop, dropPaths, exportFile, openStudio, saveFile, waitForResult } from './support/studio.ts';

/** Files beside each other in a folder of their own. */
function inFolder(files: Readonly<Record<string, Uint8Array>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'zeropoint-'));
  return Object.entries(files).map(([name, bytes]) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  });
}

const pictures = join(example, 'pictures');

test('an .onnx from PyTorch becomes a .tflite that LiteRT runs, and an .onnx that onnxruntime runs', async ({
  page,
}) => {
  await openStudio(page);
  await dropPaths(page, [...inFolder({ 'net.onnx': exampleOnnx() }), pictures]);
  await waitForResult(page);
  await expect(page.getByText(/3[123] of 40/).first()).toBeVisible();
  const { same, total, mean } = await besideLiteRt(page, await exportFile(page));
  console.log(`${same} of ${total} the same class, mean difference ${mean.toFixed(3)} steps`);
  expect([same / total >= 0.95, mean <= 1]).toEqual([true, true]);
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: /\.onnx/ }).check();
  await dialog.getByRole('radio', { name: 'uint8' }).check();
  await expect(dialog.getByText(/onnxruntime runs it/)).toBeVisible({ timeout: 60_000 });
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  const { graph } = readOnnx(await saveFile(page, /^Save net_int8\.onnx/));
  expect(graph.nodes.some(({ type }) => type === 'QuantizeLinear')).toBe(true);
  expect(graph.inputs[0]?.shape).toEqual(['batch', 3, 64, 64]);
});

test('weights in a second file: asked for when it is missing, taken when it comes along', async ({
  page,
}) => {
  const { model, weights } = withWeightsApart(exampleOnnx(), 'net.onnx.data');
  await openStudio(page);
  await drop(page, [{ name: 'net.onnx', bytes: model }]);
  await expect(page.getByText('A part of the model is missing')).toBeVisible();
  await dropPaths(page, [...inFolder({ 'net.onnx': model, 'net.onnx.data': weights }), pictures]);
  await waitForResult(page);
  await expect(page.getByText(/3[123] of 40/).first()).toBeVisible();
});

test('sizes that the file leaves open are asked for where the problem is told', async ({ page }) => {
  const bytes = exampleOnnx((graph) => ({
    ...graph,
    inputs: graph.inputs.map((input) => ({ ...input, shape: ['n', 3, 'height', 'width'] })),
  }));
  await openStudio(page);
  await dropPaths(page, [...inFolder({ 'net.onnx': bytes }), pictures]);
  await page.getByRole('textbox', { name: /^height/ }).fill('64');
  await page.getByRole('textbox', { name: /^width/ }).fill('0');
  await expect(page.getByRole('button', { name: 'Open with these sizes' })).toBeDisabled();
  await page.getByRole('textbox', { name: /^width/ }).fill('64');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.keyboard.press('Enter');
  await waitForResult(page);
  await expect(page.getByText(/3[123] of 40/).first()).toBeVisible();
});
