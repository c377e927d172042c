import { expect, test } from '@playwright/test';
import { readExample } from './support/files.ts';
import { drop, openExample, openStudio, show } from './support/studio.ts';

test('an edit of the recipe can be undone and done again, by button and by key', async ({ page }) => {
  await openExample(page);
  await show(page, '#/recipe');
  const scales = page.getByRole('group', { name: 'Weight scales', exact: true });
  const [channel, tensor] = ['Per channel', 'Per tensor'].map((name) => scales.getByRole('radio', { name }));
  await tensor?.check();
  await page.keyboard.press('1');
  const fact = (text: string) => page.getByRole('definition').filter({ hasText: text });
  await expect(fact('one scale per tensor')).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(fact('one scale per channel')).toBeVisible({ timeout: 30_000 });
  await show(page, '#/recipe');
  await expect(channel ?? scales).toBeChecked();
  await page.getByRole('heading', { level: 1 }).focus();
  await page.keyboard.press('Control+Shift+Z');
  await expect(tensor ?? scales).toBeChecked();
  await page.keyboard.press('Control+Z');
  await expect(channel ?? scales).toBeChecked();
});

test('every preset makes a model or says why not, and each is told by its true name', async ({ page }) => {
  test.setTimeout(180_000);
  await openExample(page);
  const names = [
    ['Microcontroller: strict int8', 'strict int8'],
    ['Edge TPU: int8 in and out', 'strict int8'],
    ['Dynamic range', 'dynamic range'],
    ['Weights only', 'weights only'],
    ['float16 for GPU', 'float16'],
    ['int16 activations', 'int16 activations'],
    ['int8 with 4-bit weights', 'strict int8, int4 weights'],
    ['int8 inside, float inputs', 'strict int8'],
  ] as const;
  for (const [preset, outcome] of names) {
    await show(page, '#/recipe');
    await page.getByRole('radio', { name: preset }).check();
    await show(page, '#/overview');
    await expect(page.getByText(`${outcome}. `)).toBeVisible({ timeout: 60_000 });
    await expect(page.getByRole('button', { name: 'Cancel' })).toHaveCount(0, { timeout: 60_000 });
    await expect(page.getByRole('alert')).toHaveCount(0);
  }
});

test('a layer is kept in float and another gets a range by hand, and both are exceptions of the recipe', async ({
  page,
}) => {
  await openExample(page);
  await show(page, '#/layers/3');
  await page.getByRole('combobox', { name: 'This layer becomes' }).selectOption('float');
  await show(page, '#/overview');
  await expect(page.getByText('int8 with 1 float island.')).toBeVisible({ timeout: 60_000 });
  await show(page, '#/layers?find=block_1_pointwise');
  await page.getByRole('link', { name: 'block_1_pointwise/Relu', exact: true }).click();
  await page.getByRole('textbox', { name: 'to', exact: true }).fill('14.5');
  await page.getByRole('button', { name: 'Set' }).click();
  await expect(page.getByText('0 … 14.5 (hand)')).toBeVisible({ timeout: 60_000 });
  await show(page, '#/recipe');
  await expect(page.getByText('block_1_pointwise/Relu: 0 … 14.5')).toBeVisible();
  await page.getByRole('button', { name: /^Remove: Layer/ }).click();
  await expect(page.getByText('All layers are treated alike.')).toBeVisible();
});

test('weights alone are quantized without a picture', async ({ page }) => {
  await openStudio(page);
  await drop(page, [{ name: 'model.tflite', bytes: readExample('model.tflite') }]);
  await expect(page.getByText('Pictures are missing')).toBeVisible();
  await page.getByRole('link', { name: 'recipes' }).click();
  await page.getByRole('radio', { name: 'float16 for GPU' }).check();
  await show(page, '#/overview');
  await expect(page.getByText('float16. ')).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Export' }).click();
  await expect(page.getByRole('button', { name: /^Save model_float16\.tflite/ })).toBeEnabled();
});

test('targets: which op runs where, and why not', async ({ page }) => {
  await openExample(page);
  await show(page, '#/targets');
  await expect(page.getByRole('heading', { name: 'Edge TPU' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'CMSIS-NN' })).toBeVisible();
});

test('a cancelled edit is marked, and goes on or is taken back', async ({ page }) => {
  await openExample(page);
  await show(page, '#/recipe');
  await page.getByRole('radio', { name: 'int8 with one weight scale per tensor' }).check();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('What is shown was made with earlier settings.')).toBeVisible();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('What is shown was made with earlier settings.')).toHaveCount(0);
  await show(page, '#/overview');
  await expect(page.getByRole('definition').filter({ hasText: 'one scale per tensor' })).toBeVisible({
    timeout: 30_000,
  });
});
