import { useState } from 'react';
import { Field } from './Field.tsx';

interface Props {
  readonly label: string;
  /** What is in force. */
  readonly text: string;
  /** What is wrong with a text; `undefined` for a good one. */
  readonly wrongWith: (text: string) => string | undefined;
  readonly onCommit: (text: string) => void;
}

/**
 * Figures that are in force when the field is left or Enter is pressed, so that typing them is one edit. Give it a key that
 * holds the value, so that another one, by undo for instance, takes the place of what was typed.
 */
export function CommitField({ label, text, wrongWith, onCommit }: Props) {
  const [typed, setTyped] = useState(text);
  const error = wrongWith(typed);
  const commit = () => {
    if (error === undefined && typed !== text) onCommit(typed);
  };
  return (
    <Field label={label} error={error}>
      {(control) => (
        <input
          {...control}
          inputMode="decimal"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === 'Enter' && commit()}
        />
      )}
    </Field>
  );
}
