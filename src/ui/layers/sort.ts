import type { LayerSort } from '../../app/routes.ts';
import type { LayerRow } from '../../core/report/report.ts';

export type { LayerRow, LayerSort };

interface Order {
  readonly label: string;
  /** Of what the column shows: the worst layers come first, and low ratios are bad. */
  readonly direction: 'ascending' | 'descending';
  compare(a: LayerRow, b: LayerRow): number;
}

/** Ratios, dB: none at all sorts as infinite. */
const sqnr = (error: LayerRow['local']): number => error?.sqnr ?? Number.POSITIVE_INFINITY;

/** Two infinite ratios are equal, and their difference is NaN. */
const byRatio = (a: number, b: number): number => a - b || 0;

export const sortKeys: Readonly<Record<LayerSort, Order>> = {
  order: { label: 'No.', direction: 'ascending', compare: (a, b) => a.op - b.op },
  clipped: {
    label: 'Clipped',
    direction: 'descending',
    compare: (a, b) => (b.clipped ?? -1) - (a.clipped ?? -1),
  },
  error: {
    label: 'Error',
    direction: 'ascending',
    compare: (a, b) => byRatio(sqnr(a.accumulated), sqnr(b.accumulated)),
  },
  added: {
    label: 'Added here',
    direction: 'ascending',
    compare: (a, b) => byRatio(sqnr(a.local), sqnr(b.local)),
  },
};

/** Rows whose name or kind contains `search`, whatever its case; the worst first, then in execution order. */
export function arrange(rows: readonly LayerRow[], search: string, sort: LayerSort): readonly LayerRow[] {
  const wanted = search.trim().toLowerCase();
  return rows
    .filter(({ name, kind }) => `${name} ${kind}`.toLowerCase().includes(wanted))
    .sort((a, b) => sortKeys[sort].compare(a, b) || a.op - b.op);
}
