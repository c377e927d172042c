import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';

/** Whatever the verdict is, the overview's heading is one of these. */
const verdict = /Not good enough|Good to ship|Close to the float|looks right|Look at the outputs/;

export async function waitForResult(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(verdict, { timeout: 90_000 });
  await expect(page.getByRole('button', { name: 'Cancel' })).toHaveCount(0, { timeout: 90_000 });
}

/** Opens the studio afresh and waits until it answers. */
export async function openStudio(page: Page): Promise<void> {
  await page.goto('/');
  await page.locator('html[data-ready]').waitFor();
}

/** Shows a screen as a link would: going to the same address would load the page anew. */
export async function show(page: Page, hash: string): Promise<void> {
  await page.evaluate((target) => {
    window.location.hash = target;
  }, hash);
}

export async function openExample(page: Page): Promise<void> {
  await openStudio(page);
  await page.getByRole('button', { name: 'Try the example' }).click();
  await waitForResult(page);
}

/** A file given to the page as a drop would give it. */
export interface Dropped {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Drops files anywhere on the page. */
export async function drop(page: Page, files: readonly Dropped[]): Promise<void> {
  const data = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }));
  const transfer = await page.evaluateHandle((list) => {
    const dataTransfer = new DataTransfer();
    for (const { name, base64 } of list) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      dataTransfer.items.add(new File([bytes], name));
    }
    return dataTransfer;
  }, data);
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

/** Drops files and folders of the disk, as a file manager does: the page gets real entries of directories. */
export async function dropPaths(page: Page, paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
  await session.detach();
}

/** Opens the export dialog, waits until the file has been checked, and saves it. */
export async function exportFile(page: Page): Promise<Uint8Array> {
  await page.getByRole('button', { name: 'Export' }).click();
  return saveFile(page, /^Save .*\.tflite/);
}

/** Saves the file of the open export dialog once it has been checked. */
export async function saveFile(page: Page, name: RegExp): Promise<Uint8Array> {
  const dialog = page.getByRole('dialog');
  const save = dialog.getByRole('button', { name });
  await expect(save).toBeEnabled({ timeout: 30_000 });
  const download = page.waitForEvent('download');
  await save.click();
  return new Uint8Array(readFileSync(await (await download).path()));
}
