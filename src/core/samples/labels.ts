import { Problem } from '../problem.ts';
import { parseCsv } from './csv.ts';

/** A line of a list of pictures. */
export interface ListedFile {
  /** Path, relative to the list. */
  readonly file: string;
  /** Class index. */
  readonly label?: number;
}

/** A list of pictures, or a table of their classes, which has the same form. */
export interface FileList {
  readonly files: readonly ListedFile[];
  /** Names by class index, as far as the list gives them; else the index as text. */
  readonly classNames?: readonly string[];
}

/** More classes than any model here has; a larger index is a mistake. */
const MAX_CLASSES = 1_000_000;

/**
 * Reads a list of files: a CSV whose first line names the columns `file`, and, if there are classes, `class_index` and
 * `class` (or `label`, its name); without such a line, one path a line.
 * @throws Problem `labels/invalid` naming the line.
 */
export function parseFileList(text: string): FileList {
  const rows = parseCsv(text);
  const columns = rows[0] ?? [];
  const fileColumn = columns.indexOf('file');
  if (fileColumn < 0)
    return {
      files: text
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .map((file) => ({ file })),
    };
  const indexColumn = columns.indexOf('class_index');
  const nameColumn = columns.includes('class') ? columns.indexOf('class') : columns.indexOf('label');
  const names = new Map<number, string>();
  const files = rows.slice(1).map((row, index): ListedFile => {
    const file = row[fileColumn] ?? '';
    if (indexColumn < 0) return { file };
    const label = parseIndex(row[indexColumn], index + 2);
    names.set(label, row[nameColumn] ?? String(label));
    return { file, label };
  });
  if (indexColumn < 0) return { files };
  const classCount = [...names.keys()].reduce((most, label) => Math.max(most, label + 1), 0);
  return {
    files,
    classNames: Array.from({ length: classCount }, (_, label) => names.get(label) ?? String(label)),
  };
}

function parseIndex(text: string | undefined, line: number): number {
  const label = Number(text);
  if (text !== undefined && text !== '' && Number.isInteger(label) && label >= 0 && label < MAX_CLASSES)
    return label;
  throw new Problem('labels/invalid', `Line ${line} of the list: "${text ?? ''}" is no class index.`, {
    line,
    value: text,
  });
}

/** `true` for a text whose first line names the column `file`: a table of files rather than a list of class names. */
export function isFileTable(text: string): boolean {
  return parseCsv(text.slice(0, text.indexOf('\n') + 1 || text.length))[0]?.includes('file') ?? false;
}

/** Class names, one a line, in the order of the model's output. */
export function parseClassNames(text: string): readonly string[] {
  return text
    .replace(/^\ufeff/, '')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.trim());
}

/**
 * The classes of `names` out of a table. A path of the table and the name of an item need not begin at the same
 * folder: one has to end as the other.
 * @throws Problem `labels/invalid` when the table has none of the items.
 */
export function labelsByName(names: readonly string[], table: FileList): ReadonlyMap<string, number> {
  const byFileName = new Map<string, ListedFile[]>();
  for (const listed of table.files) {
    const key = baseName(listed.file);
    byFileName.set(key, [...(byFileName.get(key) ?? []), listed]);
  }
  const labels = new Map<string, number>();
  for (const name of names) {
    const listed = byFileName
      .get(baseName(name))
      ?.find(({ file }) => `/${file}`.endsWith(`/${name}`) || `/${name}`.endsWith(`/${file}`));
    if (listed?.label !== undefined) labels.set(name, listed.label);
  }
  if (labels.size > 0) return labels;
  throw new Problem(
    'labels/invalid',
    `The list of classes has none of the ${names.length} pictures, such as "${names[0] ?? ''}".`,
    {
      example: names[0],
      listed: table.files[0]?.file,
    },
  );
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Classes that folders name. */
export interface FolderClasses {
  /** By item name. */
  readonly labels: ReadonlyMap<string, number>;
  readonly classNames: readonly string[];
}

/**
 * The classes that the folders of items name: the first folder below those that all items share. Folders that are
 * numbers are class indices; names are looked up in `known` or, without it, sorted and counted from 0.
 * @returns `undefined` unless every item lies in a folder and there are at least two.
 * @throws Problem `labels/invalid` when a folder is not among the `known` names.
 */
export function classesFromFolders(
  names: readonly string[],
  known?: readonly string[],
): FolderClasses | undefined {
  const paths = names.map((name) => name.split('/').slice(0, -1));
  const shared = sharedPrefix(paths);
  const folders = paths.map((path) => path[shared]);
  const distinct = [...new Set(folders)].filter((folder) => folder !== undefined).sort(byCodePoint);
  if (distinct.length < 2 || folders.includes(undefined)) return undefined;
  const classNames = known ?? namesOf(distinct);
  const indices = new Map(classNames.map((name, index) => [name, index]));
  const labels = new Map<string, number>();
  names.forEach((name, i) => {
    const folder = folders[i] ?? '';
    const label = indices.get(folder) ?? (isIndex(folder) ? Number(folder) : undefined);
    if (label === undefined)
      throw new Problem(
        'labels/invalid',
        `The folder "${folder}" is not among the ${classNames.length} class names.`,
        { folder },
      );
    labels.set(name, label);
  });
  return { labels, classNames };
}

/** Names by index; where the folders are indices themselves, some may be missing between them. */
function namesOf(folders: readonly string[]): readonly string[] {
  if (!folders.every(isIndex)) return folders;
  return Array.from({ length: Math.max(...folders.map(Number)) + 1 }, (_, index) => String(index));
}

function isIndex(folder: string): boolean {
  return /^\d+$/.test(folder) && Number(folder) < MAX_CLASSES;
}

function sharedPrefix(paths: readonly (readonly string[])[]): number {
  const [first = []] = paths;
  const length = first.findIndex((folder, depth) => paths.some((path) => path[depth] !== folder));
  return length < 0 ? first.length : length;
}

/** The order of Python's `sorted`, which the usual training scripts count classes by; independent of the language set. */
export function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
