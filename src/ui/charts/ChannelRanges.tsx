import { useMemo, useState } from 'react';
import * as numbers from '../parts/numbers.ts';
import tables from '../parts/table.module.css';
import styles from './ChannelRanges.module.css';
import { ChartFrame } from './ChartFrame.tsx';

/** Extremes of each channel's weights, by channel number. */
export interface ChannelExtremes {
  readonly min: ArrayLike<number>;
  readonly max: ArrayLike<number>;
}

interface Channel {
  readonly channel: number;
  readonly min: number;
  readonly max: number;
  /** Largest magnitude, which sets the scale of a symmetric grid. */
  readonly reach: number;
}

/** Below this share of the widest channel, one scale for all leaves a channel less than two bits of its eight. */
const weakShare = 1 / 64;

function widestFirst({ min, max }: ChannelExtremes): readonly Channel[] {
  const channels = Array.from(min, (low, channel) => {
    const high = max[channel] ?? 0;
    return { channel, min: low, max: high, reach: Math.max(Math.abs(low), Math.abs(high)) };
  });
  return channels.sort((a, b) => b.reach - a.reach || a.channel - b.channel);
}

function factsOf(channels: readonly Channel[]): string {
  const [widest, narrowest] = [channels[0], channels.at(-1)];
  if (widest === undefined || narrowest === undefined) return 'No channels.';
  const weak = channels.filter(({ reach }) => reach < widest.reach * weakShare).length;
  const spread = `${numbers.counted(channels.length, 'channel')}, widest first: the widest reaches ${numbers.real(widest.reach)} (channel ${widest.channel}), the narrowest ${numbers.real(narrowest.reach)} (channel ${narrowest.channel}).`;
  return weak === 0
    ? `${spread} None is under 1/64 of the widest.`
    : `${spread} ${numbers.counted(weak, 'channel is', 'channels are')} under 1/64 of the widest, and would keep less than two of eight bits with one scale for all.`;
}

/** Weight ranges of a layer's channels, widest first, as one strip of bars. */
export function ChannelRanges({ extremes }: { readonly extremes: ChannelExtremes }) {
  const channels = useMemo(() => widestFirst(extremes), [extremes]);
  return (
    <ChartFrame
      facts={factsOf(channels)}
      chart={<Strip channels={channels} />}
      table={<ChannelTable channels={channels} />}
    />
  );
}

/** One path for all channels: a thousand elements would take longer to lay out than to look at. */
function Strip({ channels }: { readonly channels: readonly Channel[] }) {
  const reach = channels[0]?.reach || 1;
  const y = (value: number) => (1 - value / reach) * 50;
  const gap = channels.length > 200 ? 0 : 0.15;
  const bars = channels.map(
    ({ min, max }, i) => `M${i + gap} ${y(max)}H${i + 1 - gap}V${y(min)}H${i + gap}Z`,
  );
  return (
    <div className={styles.strip}>
      <div className={styles.axis} aria-hidden="true">
        <span>{numbers.real(reach)}</span>
        <span>0</span>
        <span>{numbers.real(-reach)}</span>
      </div>
      <svg viewBox={`0 0 ${channels.length} 100`} preserveAspectRatio="none" aria-hidden="true">
        <path className={styles.zero} d={`M0 50H${channels.length}`} />
        <path className={styles.bars} d={bars.join('')} />
      </svg>
    </div>
  );
}

/** Rows that a click adds: a depthwise layer can have thousands of channels. */
const rowsShown = 100;

function ChannelTable({ channels }: { readonly channels: readonly Channel[] }) {
  const [shown, setShown] = useState(rowsShown);
  return (
    <>
      <table className={tables.table}>
        <thead>
          <tr>
            <th className={tables.number}>Channel</th>
            <th className={tables.number}>Smallest</th>
            <th className={tables.number}>Largest</th>
          </tr>
        </thead>
        <tbody>
          {channels.slice(0, shown).map(({ channel, min, max }) => (
            <tr key={channel}>
              <td className={tables.number}>{channel}</td>
              <td className={tables.number}>{numbers.real(min)}</td>
              <td className={tables.number}>{numbers.real(max)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown < channels.length && (
        <button type="button" onClick={() => setShown(shown + rowsShown)}>
          Show more channels
        </button>
      )}
    </>
  );
}
