import type { Finding } from '../../core/report/report.ts';
import { Notice } from '../parts/Notice.tsx';
import styles from './Findings.module.css';

interface Props {
  readonly findings: readonly Finding[];
  readonly linkTo: (op: number) => string;
  readonly nameOf: (op: number) => string;
}

/** Layers that a finding names; more are found in the table. */
const linked = 3;

/** What is worth knowing, each with its evidence and a way to look at it. */
export function Findings({ findings, linkTo, nameOf }: Props) {
  if (findings.length === 0) return <p>Nothing stands out.</p>;
  return (
    <ul className={styles.list}>
      {findings.map(({ id, verdict, text, where }) => (
        <li key={`${id} ${text}`}>
          <Notice tone={verdict}>
            <p>{text}</p>
            {where.length > 0 && (
              <p className={styles.links}>
                {where.slice(0, linked).map((op) => (
                  <a key={op} href={linkTo(op)}>
                    {nameOf(op)}
                  </a>
                ))}
                {where.length > linked && <span>and {where.length - linked} more</span>}
              </p>
            )}
          </Notice>
        </li>
      ))}
    </ul>
  );
}
