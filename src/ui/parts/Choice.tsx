import { useId } from 'react';
import styles from './Choice.module.css';

interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
  /** One line beneath the label. */
  readonly help?: string;
}

interface Props<T extends string> {
  readonly legend: string;
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
  readonly disabled?: boolean;
}

/** One of a few, all of them in sight: radio buttons that look like a row of switches. */
export function Choice<T extends string>({ legend, value, options, onChange, disabled = false }: Props<T>) {
  const name = useId();
  return (
    <fieldset className={styles.choice} disabled={disabled}>
      <legend>{legend}</legend>
      <div className={styles.options}>
        {options.map((option) => (
          <label key={option.value} className={styles.option}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>{option.label}</span>
            {option.help !== undefined && <small>{option.help}</small>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
