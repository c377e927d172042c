import type { ReactNode } from 'react';
import type { ErrorFacts, LayerRow } from '../../core/report/report.ts';
import type { Counts } from '../charts/bins.ts';
import { type ChannelExtremes, ChannelRanges } from '../charts/ChannelRanges.tsx';
import { Histogram } from '../charts/Histogram.tsx';
import { ErrorMark } from '../parts/ErrorMark.tsx';
import { Heading } from '../parts/Heading.tsx';
import * as numbers from '../parts/numbers.ts';
import { Panel } from '../parts/Panel.tsx';
import screen from '../parts/screen.module.css';
import { shortName } from '../parts/short-name.ts';
import { gridOf, histogramFacts } from './facts.ts';
import styles from './LayerView.module.css';

interface Props {
  readonly row: LayerRow;
  /** Pictures that ranges were measured on. */
  readonly samples: number;
  /** Of the output's float values; `undefined` where it was not measured or has not come yet. */
  readonly histogram: Counts | undefined;
  /** Of the float weights, per output channel. */
  readonly channels: ChannelExtremes | undefined;
  /** Links. */
  readonly all: string;
  readonly previous: string | undefined;
  readonly next: string | undefined;
  /** Below the histogram: the range, to be changed. */
  readonly rangeForm?: ReactNode;
  /** Beside the layer's figures: what becomes of it, to be changed. */
  readonly treatment?: ReactNode;
  /** What stands in place of the charts while their figures come, or when they do not. */
  readonly pending?: ReactNode;
}

export function LayerView({
  row,
  samples,
  histogram,
  channels,
  pending,
  rangeForm,
  treatment,
  ...links
}: Props) {
  return (
    <div className={screen.screen}>
      <nav className={styles.steps} aria-label="Layers">
        <a href={links.all}>All layers</a>
        <span className={styles.neighbours}>
          {links.previous && <a href={links.previous}>Previous</a>}
          {links.next && <a href={links.next}>Next</a>}
        </span>
      </nav>
      <Heading lead={`${row.kind} · ${row.shape.join(' × ')} · ${row.dtype}`}>{shortName(row.name)}</Heading>
      <dl className={styles.errors}>
        <ErrorFigure label="Error up to here" error={row.accumulated} />
        <ErrorFigure label="Added by this layer" error={row.local} />
      </dl>
      <Panel title="Output values">
        {histogram ? (
          <Histogram histogram={histogram} range={gridOf(row)} facts={histogramFacts(row, samples)} />
        ) : (
          <div className={styles.reserved}>{pending}</div>
        )}
        {rangeForm}
      </Panel>
      {channels && (
        <Panel title="Weights, channel by channel">
          <ChannelRanges extremes={channels} />
        </Panel>
      )}
      <Panel title="Figures" aside={treatment}>
        <LayerFacts row={row} />
      </Panel>
    </div>
  );
}

function ErrorFigure({ label, error }: { readonly label: string; readonly error: ErrorFacts | undefined }) {
  if (error === undefined) return null;
  return (
    <div className={styles.error}>
      <dt>{label}</dt>
      <dd>
        <ErrorMark sqnr={error.sqnr} />
      </dd>
      <dd className={styles.detail}>
        mean {numbers.real(error.meanError)}, largest {numbers.real(error.maxError)}
      </dd>
    </div>
  );
}

function LayerFacts({ row }: { readonly row: LayerRow }) {
  const { range, scale, zeroPoint, observed, clipped, weights, milliseconds } = row;
  const facts: readonly (readonly [label: string, value: string | undefined])[] = [
    ['Tensor', row.name],
    [
      'Observed',
      observed &&
        `${numbers.span(observed.min, observed.max)}, set by ${observed.minFrom.name} and ${observed.maxFrom.name}`,
    ],
    ['Range', range && `${numbers.span(range.min, range.max)} (${range.from})`],
    ['Scale', scale === undefined ? undefined : numbers.real(scale)],
    ['Zero point', zeroPoint === undefined ? undefined : numbers.real(zeroPoint)],
    ['Clipped', clipped === undefined ? undefined : numbers.share(clipped)],
    [
      'Weights',
      weights &&
        `${numbers.bytes(weights.bytes)}, ${
          weights.scales === 1
            ? `one scale of ${numbers.real(weights.smallestScale)}`
            : `${weights.scales} scales of ${numbers.span(weights.smallestScale, weights.largestScale)}`
        }`,
    ],
    ['Time here', milliseconds === undefined ? undefined : `${numbers.milliseconds(milliseconds)} a picture`],
  ];
  return (
    <dl className={screen.facts}>
      {facts.map(([label, value]) => (
        <Fact key={label} label={label} value={value} />
      ))}
    </dl>
  );
}

function Fact({ label, value }: { readonly label: string; readonly value: string | undefined }) {
  if (value === undefined) return null;
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  );
}
