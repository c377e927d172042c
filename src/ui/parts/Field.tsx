import { type ReactNode, useId } from 'react';
import styles from './Field.module.css';

interface Props {
  readonly label: string;
  /** What is wrong with the value; the control is then marked invalid. */
  readonly error?: string | undefined;
  readonly children: (control: {
    readonly id: string;
    readonly className: string | undefined;
    readonly 'aria-invalid': boolean;
    readonly 'aria-describedby': string | undefined;
  }) => ReactNode;
}

/** A label above a control, and what is wrong with it below. */
export function Field({ label, error, children }: Props) {
  const id = useId();
  const described = error === undefined ? undefined : `${id}-error`;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        className: styles.control,
        'aria-invalid': error !== undefined,
        'aria-describedby': described,
      })}
      {error !== undefined && (
        <p id={described} className={styles.error}>
          {error}
        </p>
      )}
    </div>
  );
}
