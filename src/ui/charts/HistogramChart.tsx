import {
  Area,
  AreaChart,
  CartesianGrid,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts';
import { classes } from '../parts/classes.ts';
import * as numbers from '../parts/numbers.ts';
import type { Bin } from './bins.ts';
import styles from './HistogramChart.module.css';
import { powerTicks, roundTicks } from './ticks.ts';

export interface HistogramChartProps {
  readonly bins: readonly Bin[];
  /** The interval that the grid can hold. */
  readonly range: { readonly min: number; readonly max: number } | undefined;
  readonly logarithmic: boolean;
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** A count on the logarithmic axis, where an empty bar has height 0. */
const heightOf = (count: number) => Math.log10(1 + count);

/** Bars as a staircase: each count at its lower edge, and the last one once more at its upper edge. */
function staircase(bins: readonly Bin[], height: (count: number) => number) {
  const steps = bins.map(({ from, count }) => ({ x: from, y: height(count) }));
  const last = bins.at(-1);
  return last === undefined ? steps : [...steps, { x: last.to, y: height(last.count) }];
}

/** The vertical axis: heights that are marked, and the counts they stand for. */
function countAxis(bins: readonly Bin[], logarithmic: boolean) {
  const most = Math.max(1, ...bins.map(({ count }) => count));
  if (!logarithmic) {
    return {
      ticks: [...roundTicks(0, most, 4)],
      domain: [0, most],
      tickFormatter: (y: number) => compact.format(y),
    };
  }
  const tickFormatter = (y: number) => compact.format(Math.round(10 ** y - 1));
  return { ticks: powerTicks(most).map(heightOf), domain: [0, heightOf(most)], tickFormatter };
}

/** Where bars and range lie, with a little room at the sides. */
function extentOf(bins: readonly Bin[], range: HistogramChartProps['range']): readonly [number, number] {
  const edges = [bins[0]?.from ?? 0, bins.at(-1)?.to ?? 1, ...(range ? [range.min, range.max] : [])];
  const [low, high] = [Math.min(...edges), Math.max(...edges)];
  const room = (high - low) * 0.02;
  return [low - room, high + room];
}

function edgeLabel(value: 'min' | 'max') {
  return { value, position: 'top', className: classes(styles.label) } as const;
}

/** The drawing alone; recharts is loaded together with this file. */
export default function HistogramChart({ bins, range, logarithmic }: HistogramChartProps) {
  const [left, right] = extentOf(bins, range);
  const data = staircase(bins, logarithmic ? heightOf : (count) => count);
  const horizontal = {
    domain: [left, right],
    ticks: [...roundTicks(left, right, 6)],
    tickFormatter: numbers.real,
  };
  return (
    <ResponsiveContainer className={classes(styles.chart)}>
      <AreaChart data={data} margin={{ top: 20, right: 16, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} />
        <XAxis dataKey="x" type="number" {...horizontal} />
        <YAxis width={52} {...countAxis(bins, logarithmic)} />
        {range && <ReferenceArea className={classes(styles.lost)} x1={left} x2={range.min} />}
        {range && <ReferenceArea className={classes(styles.lost)} x1={range.max} x2={right} />}
        <Area className={classes(styles.values)} dataKey="y" type="stepAfter" isAnimationActive={false} />
        <ReferenceLine className={classes(styles.zero)} x={0} />
        {range && <ReferenceLine className={classes(styles.edge)} x={range.min} label={edgeLabel('min')} />}
        {range && <ReferenceLine className={classes(styles.edge)} x={range.max} label={edgeLabel('max')} />}
      </AreaChart>
    </ResponsiveContainer>
  );
}
