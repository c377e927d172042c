import { Button } from '../parts/Button.tsx';
import styles from './Progress.module.css';

/** The work was stopped: what is shown was made with earlier settings. */
export function Stale({ onContinue }: { readonly onContinue: () => void }) {
  return (
    <div className={styles.progress} role="status">
      <span className={styles.note}>Stopped. What is shown was made with earlier settings.</span>
      <Button onClick={onContinue}>Continue</Button>
    </div>
  );
}
