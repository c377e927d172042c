import { type ReactNode, useState } from 'react';
import { Button } from '../parts/Button.tsx';
import styles from './ChartFrame.module.css';

interface Props {
  /** What the chart shows, in sentences of figures: its caption, and all that a screen reader is told of it. */
  readonly facts: string;
  readonly chart: ReactNode;
  readonly table: ReactNode;
  /** Switches beside the one for the table. */
  readonly controls?: ReactNode;
}

/** A chart that can also be read: as a caption of facts and as a table. */
export function ChartFrame({ facts, chart, table, controls }: Props) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className={styles.frame}>
      {asTable ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a pointer (WCAG 2.1.1)
        <section className={styles.table} aria-label={`Table: ${facts}`} tabIndex={0}>
          {table}
        </section>
      ) : (
        <div className={styles.chart} role="img" aria-label={facts}>
          {chart}
        </div>
      )}
      <div className={styles.below}>
        <figcaption>{facts}</figcaption>
        <div className={styles.controls}>
          {!asTable && controls}
          <Button variant="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            Show as table
          </Button>
        </div>
      </div>
    </figure>
  );
}
