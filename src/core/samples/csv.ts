/**
 * The rows of a CSV text (RFC 4180: commas, fields in double quotes may hold commas and line ends, `""` is a quote).
 * Empty lines are left out.
 */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|\r|$)/y;
  field.lastIndex = text.startsWith('\ufeff') ? 1 : 0;
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (match === null) break;
    const [, quoted, plain = '', end] = match;
    row.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end === ',') {
      if (field.lastIndex < text.length) continue;
      row.push('');
    }
    if (row.some((value) => value !== '')) rows.push(row);
    row = [];
  }
  return rows;
}
