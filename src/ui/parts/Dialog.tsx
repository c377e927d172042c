import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Button } from './Button.tsx';
import styles from './Dialog.module.css';

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A modal dialog, open as long as it is rendered. The browser keeps the focus inside and returns it to the opener. */
export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // Closing gives the focus back; removing the element alone would not.
    return () => element?.close();
  }, []);
  return (
    <dialog ref={dialog} className={styles.dialog} aria-labelledby={heading} onCancel={onClose}>
      <header className={styles.header}>
        <h2 id={heading}>{title}</h2>
        <Button variant="quiet" onClick={onClose}>
          Close
        </Button>
      </header>
      {children}
    </dialog>
  );
}
