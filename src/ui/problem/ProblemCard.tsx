import type { ReactNode } from 'react';
import type { Code, Details } from '../../core/problem.ts';
import { Notice } from '../parts/Notice.tsx';
import styles from './ProblemCard.module.css';
import { problemWords } from './words.ts';

interface Props {
  readonly problem: { readonly code: Code; readonly message: string; readonly details?: Details };
  /** info: a question rather than a failure. */
  readonly tone?: 'bad' | 'info';
  /** Buttons, or a form. */
  readonly children?: ReactNode;
}

/** A problem: its title, what is wrong and where, what to do, and the details to copy into a report. */
export function ProblemCard({ problem, tone = 'bad', children }: Props) {
  const { code, message, details } = problem;
  const { title, advice } = problemWords[code];
  return (
    <Notice tone={tone} title={title}>
      <p>{message}</p>
      <p>{advice}</p>
      {children !== undefined && <div className={styles.actions}>{children}</div>}
      <details className={styles.details}>
        <summary>Details</summary>
        <pre>{JSON.stringify({ code, ...details }, undefined, 2)}</pre>
      </details>
    </Notice>
  );
}
