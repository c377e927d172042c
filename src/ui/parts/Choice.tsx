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
  /** cards: all of one width, for options with a line of help. */
  readonly layout?: 'row' | 'cards';
}

/** One of a few, all of them in sight: radio buttons that look like a row of switches. */
export function Choice<T extends string>(props: Props<T>) {
  const { legend, value, options, onChange, disabled = false, layout = 'row' } = props;
  const name = useId();
  return (
    <fieldset className={styles.choice} disabled={disabled}>
      <legend>{legend}</legend>
      <div className={styles[layout]}>
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
