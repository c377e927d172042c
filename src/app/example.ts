import { Problem } from '../core/problem.ts';
import type { GivenFile } from '../engine/api.ts';

/** The part of `example.json` that opening needs. */
interface ExampleIndex {
  readonly model: string;
  readonly pictures: readonly { readonly file: string }[];
}

const folder = 'examples/fruit/';

async function fetchFile(path: string): Promise<GivenFile> {
  const response = await fetch(new URL(folder + path, document.baseURI)).catch(() => undefined);
  if (response?.ok) return { path, file: await response.blob() };
  const reason = response === undefined ? 'there is no connection' : `the answer was ${response.status}`;
  throw new Problem('file/unreadable', `The example's ${path} cannot be loaded: ${reason}.`, { path });
}

/**
 * The example that comes with the studio: its model and its pictures.
 * @throws Problem `file/unreadable`
 */
export async function fetchExample(): Promise<readonly GivenFile[]> {
  const index = await fetchFile('example.json');
  const { model, pictures } = JSON.parse(await index.file.text()) as ExampleIndex;
  return Promise.all([model, ...pictures.map(({ file }) => file)].map(fetchFile));
}
