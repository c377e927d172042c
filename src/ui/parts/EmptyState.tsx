import type { ReactNode } from 'react';
import styles from './EmptyState.module.css';

/** What to say, and what to do about it, where there is nothing to show yet. */
interface Props {
  readonly title: string;
  readonly children: ReactNode;
}

export function EmptyState({ title, children }: Props) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      {children}
    </div>
  );
}
