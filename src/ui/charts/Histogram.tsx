import { lazy, Suspense, useMemo, useState } from 'react';
import { ErrorBoundary } from '../parts/ErrorBoundary.tsx';
import * as numbers from '../parts/numbers.ts';
import tables from '../parts/table.module.css';
import { type Bin, type Counts, toBins } from './bins.ts';
import { ChartFrame } from './ChartFrame.tsx';

const HistogramChart = lazy(() => import('./HistogramChart.tsx'));

interface Props {
  readonly histogram: Counts;
  /** The interval that the tensor's grid can hold, where it is quantized. */
  readonly range: { readonly min: number; readonly max: number } | undefined;
  /** Sentences of figures. */
  readonly facts: string;
}

/** Bars that are drawn, and rows of the table. */
const [bars, rows] = [192, 24];

/** Distribution of a tensor's float values over all calibration samples, with the range that is kept. */
export function Histogram({ histogram, range, facts }: Props) {
  const [logarithmic, setLogarithmic] = useState(true);
  const bins = useMemo(() => toBins(histogram, bars), [histogram]);
  const chart = (
    <ErrorBoundary what="The histogram">
      <Suspense fallback={null}>
        <HistogramChart bins={bins} range={range} logarithmic={logarithmic} />
      </Suspense>
    </ErrorBoundary>
  );
  const controls = (
    <label>
      <input type="checkbox" checked={logarithmic} onChange={() => setLogarithmic(!logarithmic)} />{' '}
      Logarithmic
    </label>
  );
  return (
    <ChartFrame
      facts={facts}
      chart={chart}
      controls={controls}
      table={<BinTable bins={toBins(histogram, rows)} />}
    />
  );
}

function BinTable({ bins }: { readonly bins: readonly Bin[] }) {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return (
    <table className={tables.table}>
      <thead>
        <tr>
          <th className={tables.number}>From</th>
          <th className={tables.number}>To</th>
          <th className={tables.number}>Share of values</th>
        </tr>
      </thead>
      <tbody>
        {bins.map(({ from, to, count }) => (
          <tr key={from}>
            <td className={tables.number}>{numbers.real(from)}</td>
            <td className={tables.number}>{numbers.real(to)}</td>
            <td className={tables.number}>{numbers.share(total === 0 ? 0 : count / total)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
