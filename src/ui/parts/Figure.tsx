import type { ReactNode } from 'react';
import styles from './Figure.module.css';

interface Props {
  readonly label: string;
  readonly value: string;
  /** What it was measured on. */
  readonly note: string;
  /** A bar, a thumbnail. */
  readonly children?: ReactNode;
}

/** One of the four numbers, large. */
export function Figure({ label, value, note, children }: Props) {
  return (
    <div className={styles.figure}>
      <dt>{label}</dt>
      <dd className={styles.value}>{value}</dd>
      {children !== undefined && <dd>{children}</dd>}
      <dd className={styles.note}>{note}</dd>
    </div>
  );
}
