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
        <div className={styles.table}>{table}</div>
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
