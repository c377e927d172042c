import { classes } from '../parts/classes.ts';
import { ErrorMark } from '../parts/ErrorMark.tsx';
import * as numbers from '../parts/numbers.ts';
import { shortName } from '../parts/short-name.ts';
import tables from '../parts/table.module.css';
import styles from './LayersTable.module.css';
import { type LayerRow, type LayerSort, sortKeys } from './sort.ts';

interface Props {
  readonly rows: readonly LayerRow[];
  readonly sort: LayerSort;
  readonly onSort: (key: LayerSort) => void;
  /** Link to a layer's own screen. */
  readonly linkTo: (op: number) => string;
}

export function LayersTable({ rows, sort, onSort, linkTo }: Props) {
  return (
    <table className={tables.table}>
      <thead>
        <tr>
          <SortHead of="order" {...{ sort, onSort }} className={classes(styles.order, tables.number)} />
          <th>Layer</th>
          <th className={styles.wide}>Output</th>
          <th className={classes(styles.wide, tables.number)}>Range</th>
          <SortHead of="clipped" {...{ sort, onSort }} className={classes(styles.wide, tables.number)} />
          <SortHead of="error" {...{ sort, onSort }} />
          <SortHead of="added" {...{ sort, onSort }} />
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.op} row={row} href={linkTo(row.op)} />
        ))}
      </tbody>
    </table>
  );
}

interface SortHeadProps {
  readonly of: LayerSort;
  readonly sort: LayerSort;
  readonly onSort: (key: LayerSort) => void;
  readonly className?: string | undefined;
}

function SortHead({ of, sort, onSort, className }: SortHeadProps) {
  const { label, direction } = sortKeys[of];
  return (
    <th className={className} aria-sort={sort === of ? direction : undefined}>
      <button type="button" className={styles.sort} onClick={() => onSort(of)}>
        {label}
        <span aria-hidden="true">{sort === of ? ' ↓' : ''}</span>
      </button>
    </th>
  );
}

function Row({ row, href }: { readonly row: LayerRow; readonly href: string }) {
  return (
    <tr>
      <td className={classes(styles.order, tables.number)}>{row.op}</td>
      <th scope="row" className={styles.name}>
        <a href={href} title={row.name}>
          {shortName(row.name)}
        </a>
        <span className={styles.kind}>{row.kind}</span>
      </th>
      <td className={styles.wide}>{row.shape.join(' × ')}</td>
      <td className={classes(styles.wide, tables.number)}>
        {row.range ? numbers.span(row.range.min, row.range.max) : '–'}
      </td>
      <td className={classes(styles.wide, tables.number)}>
        {row.clipped === undefined ? '–' : numbers.share(row.clipped)}
      </td>
      <td>{row.accumulated ? <ErrorMark sqnr={row.accumulated.sqnr} /> : '–'}</td>
      <td>{row.local ? <ErrorMark sqnr={row.local.sqnr} /> : '–'}</td>
    </tr>
  );
}
