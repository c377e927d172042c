import { type ReactNode, useId } from 'react';
import styles from './Panel.module.css';

interface Props {
  readonly title: string;
  /** Beside the title: a figure or a button. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A titled part of a screen. */
export function Panel({ title, aside, children }: Props) {
  const heading = useId();
  return (
    <section className={styles.panel} aria-labelledby={heading}>
      <header className={styles.header}>
        <h2 id={heading}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
