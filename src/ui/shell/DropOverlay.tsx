import { useEffect, useState } from 'react';
import styles from './DropOverlay.module.css';

interface Props {
  /** Given when the event happens; it is empty afterwards. */
  readonly onDrop: (data: DataTransfer) => void;
}

/** Takes files dropped anywhere on the page, and says so while something hangs over it. */
export function DropOverlay({ onDrop }: Props) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const bringsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const drag = (event: DragEvent) => {
      if (!bringsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      // Moving between elements leaves one for the other; only leaving the window leaves for none.
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!bringsFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      onDrop(event.dataTransfer);
    };
    window.addEventListener('dragenter', drag);
    window.addEventListener('dragover', drag);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', drag);
      window.removeEventListener('dragover', drag);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [onDrop]);
  if (!over) return null;
  return (
    <div className={styles.overlay}>
      <p>Drop to open</p>
    </div>
  );
}
