import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './Notice.module.css';

interface Props {
  /** Shown as a word-bearing shape too, never by colour alone. */
  readonly tone: 'info' | 'warn' | 'bad';
  readonly title?: string;
  readonly children?: ReactNode;
}

const marks = { info: 'M8 7v5M8 4v.01', warn: 'M8 4v5M8 12v.01', bad: 'M5 5l6 6M11 5l-6 6' } as const;

/** Something a person should know: a finding, a warning, an error. `bad` ones are spoken at once. */
export function Notice({ tone, title, children }: Props) {
  return (
    <div className={classes(styles.notice, styles[tone])} role={tone === 'bad' ? 'alert' : undefined}>
      <svg className={styles.mark} viewBox="0 0 16 16" aria-hidden="true">
        {tone === 'warn' ? <path d="M8 1 15.5 15h-15z" /> : <circle cx="8" cy="8" r="7.2" />}
        <path d={marks[tone]} />
      </svg>
      <div className={styles.body}>
        {title !== undefined && <p className={styles.title}>{title}</p>}
        {children}
      </div>
    </div>
  );
}
