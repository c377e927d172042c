import { useState } from 'react';
import { Field } from './Field.tsx';

interface Props {
  readonly label: string;
  readonly value: number;
  /** What is wrong with a number; `undefined` for a good one. */
  readonly wrongWith?: (value: number) => string | undefined;
  readonly onChange: (value: number) => void;
}

/**
 * One number, in force when the field is left or Enter is pressed, so that it is one edit. Give it a key that holds the
 * value, so that another one, by undo for instance, takes the place of what was typed.
 */
export function NumberField({ label, value, wrongWith, onChange }: Props) {
  const [text, setText] = useState(String(value));
  const number = text.trim() === '' ? Number.NaN : Number(text);
  const error = Number.isFinite(Math.fround(number)) ? wrongWith?.(number) : 'A number is needed';
  const commit = () => {
    if (error === undefined && number !== value) onChange(number);
  };
  return (
    <Field label={label} error={error}>
      {(control) => (
        <input
          {...control}
          inputMode="decimal"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === 'Enter' && commit()}
        />
      )}
    </Field>
  );
}
