import type { GivenFile } from '../../app/state.ts';

/** Files of a file dialog, with their paths when a folder was chosen. */
export function chosenFiles(files: Iterable<File>): readonly GivenFile[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** A reader gives a folder's entries in portions, the last of which is empty. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (portion.length === 0) return all;
    all.push(...portion);
  }
}

/** All files below a folder. */
async function fileEntries(entry: FileSystemEntry): Promise<readonly FileSystemFileEntry[]> {
  if (!entry.isDirectory) return [entry as FileSystemFileEntry];
  const files: FileSystemFileEntry[] = [];
  for (const child of await entriesOf(entry as FileSystemDirectoryEntry))
    files.push(...(await fileEntries(child)));
  return files;
}

async function fileOf(entry: FileSystemFileEntry): Promise<GivenFile> {
  const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
  return { path: entry.fullPath.replace(/^\//, ''), file };
}

/** Files asked for at once: for hundreds the browser would hold the page up. */
const atOnce = 16;

async function filesIn(entry: FileSystemEntry): Promise<readonly GivenFile[]> {
  const entries = await fileEntries(entry);
  const files: GivenFile[] = [];
  for (let from = 0; from < entries.length; from += atOnce)
    files.push(...(await Promise.all(entries.slice(from, from + atOnce).map(fileOf))));
  return files;
}

/** What one dropped item holds: a file, or a folder with all that lies in it. */
function taken(item: DataTransferItem): Promise<readonly GivenFile[]> {
  const entry = item.webkitGetAsEntry();
  if (entry !== null) return filesIn(entry);
  // Drags that do not come from a file manager have files, but no entries.
  const file = item.getAsFile();
  return Promise.resolve(file === null ? [] : [{ path: file.name, file }]);
}

/** Everything that was dropped, folders with all that lies in them, in the order of their paths. */
export async function droppedFiles(data: DataTransfer): Promise<readonly GivenFile[]> {
  // The list is empty after the event, so everything is taken hold of before the first wait.
  const items = [...data.items].filter(({ kind }) => kind === 'file').map(taken);
  const files = (await Promise.all(items)).flat();
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
