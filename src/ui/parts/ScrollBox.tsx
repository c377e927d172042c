import type { ReactNode } from 'react';
import styles from './ScrollBox.module.css';

/** Scrolls sideways what is wider than the screen, with the keyboard too. */
export function ScrollBox({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a pointer (WCAG 2.1.1)
    <section className={styles.box} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
