import { redo, undo } from '../../app/actions.ts';
import { useStudio } from '../../app/store.ts';
import { Button } from '../parts/Button.tsx';
import styles from './UndoButtons.module.css';

/** Takes edits of preprocessing and recipe back. In sight once there was one. */
export function UndoButtons() {
  const { past, future } = useStudio((state) => state.history);
  if (past.length + future.length === 0) return null;
  return (
    <span className={styles.pair}>
      <Button variant="quiet" aria-label="Undo" title="Undo" disabled={past.length === 0} onClick={undo}>
        ↶
      </Button>
      <Button variant="quiet" aria-label="Redo" title="Redo" disabled={future.length === 0} onClick={redo}>
        ↷
      </Button>
    </span>
  );
}
