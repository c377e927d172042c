export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** Rows of cells as aligned lines under their titles, two blanks between columns and none at the end of a line. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, i) => Math.max(...[titles, ...rows].map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]): string =>
    columns
      .map(({ align }, i) =>
        align === 'left' ? (row[i] ?? '').padEnd(widths[i] ?? 0) : (row[i] ?? '').padStart(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [titles, ...rows].map(line);
}

/** `text` in lines of at most `width` characters, broken at blanks; `first` stands before the first, blanks before the others. */
export function wrap(text: string, width: number, first = ''): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && first.length + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each, i) => (i === 0 ? first : ' '.repeat(first.length)) + each);
}

/** The end of a name, which tells more than its beginning, in at most `width` characters. */
export function shortened(name: string, width: number): string {
  return name.length <= width ? name : `…${name.slice(name.length - width + 1)}`;
}
