import styles from './ErrorMark.module.css';
import * as numbers from './numbers.ts';

/** From these signal-to-noise ratios down, dB, a layer is in the next worse of five classes. */
const steps = [40, 30, 20, 10] as const;
/** The bar is empty from here on; 0 dB, error as large as the signal, fills it. */
const emptyFrom = 60;

/**
 * Error of a tensor as a bar (longer is worse), a shade and the ratio in dB.
 * @param sqnr - signal-to-quantization-noise ratio, dB; `undefined` for no error at all.
 */
export function ErrorMark({ sqnr }: { readonly sqnr: number | undefined }) {
  const ratio = sqnr ?? emptyFrom;
  const level = steps.filter((step) => ratio < step).length;
  const width = 100 * Math.min(1, Math.max(0.02, 1 - ratio / emptyFrom));
  return (
    <span className={styles.mark}>
      <svg className={styles.bar} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect className={styles.track} width="100" height="10" />
        <rect className={styles[`level${level}`]} width={width} height="10" />
      </svg>
      <span className={styles.figure}>{numbers.decibels(sqnr)}</span>
    </span>
  );
}
