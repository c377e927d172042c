import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { example, readExample, shared } from './support/files.ts';
import { drop, dropPaths, openExample, openStudio, show, waitForResult } from './support/studio.ts';

test('the example is one click away and shows every screen', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await openExample(page);
  await expect(page.getByText(/of 40/).first()).toBeVisible();
  await page.getByRole('link', { name: /^Layers/ }).click();
  await page.getByRole('searchbox').fill('depthwise');
  await expect(page.getByRole('row')).toHaveCount(6);
  await page.getByRole('link', { name: /block_2_depthwise/ }).click();
  await expect(page.getByRole('heading', { name: 'Output values' })).toBeVisible();
  await expect(page.locator('.recharts-surface').first()).toBeVisible();
  await page.getByRole('link', { name: /^Pictures/ }).click();
  await expect(page.getByRole('img', { name: 'What the model gets' })).toBeVisible();
  await page.getByRole('link', { name: /^Compare/ }).click();
  await expect(page.getByRole('heading', { name: '40 samples' })).toBeVisible();
  expect(errors).toEqual([]);
});

test('an edit of the preprocessing computes anew', async ({ page }) => {
  await openExample(page);
  await show(page, '#/layers?find=stem');
  const range = page.getByRole('row', { name: /stem/ }).getByRole('cell', { name: /…/ });
  const before = (await range.textContent()) ?? '';
  await page.getByRole('link', { name: /^Pictures/ }).click();
  await page.getByRole('combobox').selectOption({ index: 1 });
  await page.getByRole('link', { name: /^Layers/ }).click();
  await expect(range).not.toHaveText(before, { timeout: 30_000 });
});

test('a chosen folder of pictures and a model chosen before it', async ({ page }) => {
  await openStudio(page);
  await page
    .locator('input[type=file]:not([webkitdirectory])')
    .first()
    .setInputFiles(join(example, 'model.tflite'));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No result yet');
  await page.locator('input[type=file][webkitdirectory]').first().setInputFiles(join(example, 'pictures'));
  await waitForResult(page);
  await expect(page.getByText(/32 of 40/).first()).toBeVisible();
});

test('a folder and a model dropped from the file manager', async ({ page }) => {
  await openStudio(page);
  await dropPaths(page, [join(example, 'pictures'), join(example, 'model.tflite')]);
  await waitForResult(page);
  await expect(page.getByText(/32 of 40/).first()).toBeVisible();
  await page.getByRole('link', { name: /^Compare/ }).click();
  // Folder names are the labels.
  await expect(page.getByText('Only quantized wrong (8)')).toBeVisible();
});

test('shortcuts: screens, find, neighbours, export, the list, and the switch for single keys', async ({
  page,
}) => {
  await openExample(page);
  const heading = page.getByRole('heading', { level: 1 });
  await page.keyboard.press('5');
  await expect(heading).toHaveText('Compare');
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('1/');
  await expect(page.getByRole('searchbox')).toHaveValue('1/');
  await show(page, '#/layers/3');
  await expect(heading).toHaveText(/block_2_depthwise/);
  await page.keyboard.press(']');
  await expect(heading).toHaveText(/block_2_pointwise/);
  await page.keyboard.press('[');
  await expect(heading).toHaveText(/block_2_depthwise/);
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('dialog', { name: /Export/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.getByRole('checkbox', { name: /Single keys/ }).uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('4');
  await expect(heading).toHaveText(/block_2_depthwise/);
});

test('search, sort and filter stand in the address, and back returns to them', async ({ page }) => {
  await openExample(page);
  await show(page, '#/layers?sort=added&find=conv');
  await expect(page.getByRole('searchbox')).toHaveValue('conv');
  await expect(page.getByRole('columnheader', { name: /Added here/ })).toHaveAttribute('aria-sort', /./);
  await page.getByRole('searchbox').fill('depthwise');
  await page.getByRole('button', { name: /^No\./ }).click();
  expect(new URL(page.url()).hash).toBe('#/layers?sort=order&find=depthwise');
  await page.getByRole('link', { name: /block_3_depthwise/ }).click();
  await page.goBack();
  await expect(page.getByRole('searchbox')).toHaveValue('depthwise');
  await page.getByRole('link', { name: /block_3_depthwise/ }).click();
  await page.getByRole('link', { name: 'All layers' }).click();
  await expect(page.getByRole('searchbox')).toHaveValue('depthwise');
  await show(page, '#/compare?show=changed');
  await expect(page.getByRole('heading', { name: '8 of 40 samples' })).toBeVisible();
});

test.describe('wrong files', () => {
  test('a file that is no model is refused by its true name, and the page stays usable', async ({ page }) => {
    await openStudio(page);
    await drop(page, [
      {
        name: 'model.tflite',
        bytes: new TextEncoder().encode('<!doctype html><html><body>Not found</body></html>'),
      },
    ]);
    await expect(page.getByText(/web page/).first()).toBeVisible();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByRole('button', { name: 'Try the example' }).click();
    await waitForResult(page);
  });

  test('a damaged model leaves the last good result', async ({ page }) => {
    await openExample(page);
    await drop(page, [{ name: 'half.tflite', bytes: readExample('model.tflite').subarray(0, 20_000) }]);
    await expect(page.getByText(/cut off|damaged|too early/).first()).toBeVisible();
    await expect(page.getByText(/32 of 40/).first()).toBeVisible();
  });

  test('pictures without a model say what is missing', async ({ page }) => {
    await openStudio(page);
    await drop(page, [{ name: 'apple.png', bytes: readExample('pictures/apple/01.png') }]);
    await expect(page.getByText(/Drop the model as well/)).toBeVisible();
  });
});

test('cancel stops the work, and it can go on', async ({ page }) => {
  await openStudio(page);
  await page.getByRole('button', { name: 'Try the example' }).click();
  const cancel = page.getByRole('button', { name: 'Cancel' });
  await expect(page.getByText(/^Sample/).first()).toBeVisible({ timeout: 30_000 });
  await cancel.click();
  await expect(cancel).toHaveCount(0);
  await page.getByRole('button', { name: 'Continue' }).click();
  await waitForResult(page);
});

test('a worker that dies in the middle of the work is said, and one click begins anew', async ({ page }) => {
  await openStudio(page);
  await page.getByRole('button', { name: 'Try the example' }).click();
  await expect(page.getByText(/^Sample/).first()).toBeVisible({ timeout: 30_000 });
  await page.workers()[0]?.evaluate(() => self.close());
  await page.getByRole('button', { name: 'Start again where you were' }).click();
  await waitForResult(page);
});

test('a worker that dies is said, and one click brings everything back', async ({ page }) => {
  await openExample(page);
  const [worker] = page.workers();
  await worker?.evaluate(() => {
    setTimeout(() => {
      throw new Error('killed by the test');
    });
  });
  const again = page.getByRole('button', { name: 'Start again where you were' });
  await expect(again).toBeVisible();
  await again.click();
  await waitForResult(page);
  await page.getByRole('link', { name: /^Layers/ }).click();
  await page.getByRole('link', { name: /block_2_depthwise/ }).click();
  await expect(page.locator('.recharts-surface').first()).toBeVisible();
});

test('the keyboard alone: example, a layer, export', async ({ page }) => {
  await openStudio(page);
  const press = async (key: string, until: () => Promise<boolean>) => {
    for (let i = 0; i < 60 && !(await until()); i++) await page.keyboard.press(key);
    expect(await until()).toBe(true);
  };
  const focused = (name: RegExp) => () =>
    page.evaluate((source) => {
      const element = document.activeElement;
      return element?.matches('a, button') === true && new RegExp(source).test(element.textContent ?? '');
    }, name.source);
  await press('Tab', focused(/^Try the example$/));
  await page.keyboard.press('Enter');
  await waitForResult(page);
  await press('Tab', focused(/^Layers/));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Layers' })).toBeVisible();
  await press('Tab', focused(/block_2_depthwise/));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Output values' })).toBeVisible();
  await press('Shift+Tab', focused(/^Export$/));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

const screens = ['#/overview', '#/pictures', '#/recipe', '#/layers', '#/layers/3', '#/compare', '#/targets'];

async function checkAccess(page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(
    ({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
  );
  expect(found).toEqual([]);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`no accessibility violation on any screen, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await openStudio(page);
    await checkAccess(page, 'start');
    await openExample(page);
    for (const screen of screens) {
      await show(page, screen);
      await page.waitForTimeout(500);
      await checkAccess(page, screen);
    }
    await page.getByRole('button', { name: 'Export' }).click();
    await expect(page.getByRole('button', { name: /^Save .*tflite/ })).toBeEnabled();
    await checkAccess(page, 'export');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await checkAccess(page, 'keyboard');
    await page.keyboard.press('Escape');
    await show(page, '#/layers/999');
    await checkAccess(page, 'no such layer');
    await show(page, '#/layers/3');
    for (const table of await page.getByRole('button', { name: 'Show as table' }).all()) await table.click();
    await checkAccess(page, 'tables of a layer');
    await drop(page, [{ name: 'half.tflite', bytes: readExample('model.tflite').subarray(0, 20_000) }]);
    await expect(page.getByRole('button', { name: 'Dismiss' })).toBeVisible();
    await page.setViewportSize({ width: 390, height: 844 });
    await checkAccess(page, 'a problem, 390 px');
  });
}

/** How much wider than the screen the page is, px. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

test('390 px: nothing is wider than the screen', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openStudio(page);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await openExample(page);
  for (const screen of screens) {
    await show(page, screen);
    await page.waitForTimeout(300);
    expect(await overflow(page), screen).toBeLessThanOrEqual(0);
  }
});

test.describe(
  shared === undefined ? 'real models [skipped: ZEROPOINT_SHARED is not set]' : 'real models',
  () => {
    test.skip(shared === undefined);

    test('ResNet-8 and a folder of 500 CIFAR-10 pictures, dropped together', async ({ page }) => {
      await openStudio(page);
      await page.evaluate(() => {
        const tasks: number[] = [];
        Object.assign(window, { longTasks: tasks });
        new PerformanceObserver((list) =>
          tasks.push(...list.getEntries().map(({ duration }) => duration)),
        ).observe({ type: 'longtask' });
      });
      const paths = ['models/resnet8_cifar10_f32.tflite', 'data/cifar10/calib'];
      await dropPaths(
        page,
        paths.map((path) => join(shared ?? '', path)),
      );
      await waitForResult(page);
      await expect(page.getByText(/of 500/).first()).toBeVisible();
      const tasks = await page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);
      console.log(
        `main-thread tasks over 50 ms during 500 pictures: ${tasks.length}, longest ${Math.max(0, ...tasks)} ms`,
      );
      await page.getByRole('link', { name: /^Pictures/ }).click();
      await expect(page.getByText(/Guessed/)).toBeVisible();
      await page.setViewportSize({ width: 390, height: 844 });
      for (const screen of screens) {
        await show(page, screen);
        await page.waitForTimeout(300);
        expect(await overflow(page), screen).toBeLessThanOrEqual(0);
      }
    });
  },
);
