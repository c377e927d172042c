import type { Report } from '../../core/report/report.ts';
import { changeOf, hitsOf } from '../overview/figures.ts';
import * as numbers from '../parts/numbers.ts';
import styles from './Summary.module.css';

/** The four numbers in one line, so that they stay in sight on every screen. */
export function Summary({ report }: { readonly report: Report }) {
  const { files, evaluation } = report;
  const [worst] = evaluation?.worst ?? [];
  return (
    <dl className={styles.summary}>
      <dt>Size</dt>
      <dd>
        {numbers.bytes(files.quantized.bytes)}{' '}
        <small>{changeOf(files.float.bytes, files.quantized.bytes)}</small>
      </dd>
      {evaluation?.agreement && <dt>Same answer</dt>}
      {evaluation?.agreement && <dd>{hitsOf(evaluation.agreement)}</dd>}
      {worst && <dt>Worst</dt>}
      {worst && <dd>{numbers.decibels(worst.error.sqnr)}</dd>}
      {evaluation && <dt>Time here</dt>}
      {evaluation && <dd>{numbers.milliseconds(evaluation.quantized.milliseconds)}</dd>}
    </dl>
  );
}
