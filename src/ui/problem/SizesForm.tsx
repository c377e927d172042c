import { type FormEvent, useState } from 'react';
import type { OpenSize } from '../../core/onnx/open-sizes.ts';
import { Button } from '../parts/Button.tsx';
import { Field } from '../parts/Field.tsx';
import styles from './SizesForm.module.css';

interface Props {
  readonly sizes: readonly OpenSize[];
  readonly onOpen: (sizes: Readonly<Record<string, number>>) => void;
}

function errorOf(text: string): string | undefined {
  const size = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isInteger(size) && size >= 1 && size <= 65_536
    ? undefined
    : 'A whole number from 1 to 65,536';
}

/** Asks for the sizes that a model leaves open; a guess stands in each field. */
export function SizesForm({ sizes, onOpen }: Props) {
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const rows = sizes.map(({ name, where, suggestion }) => {
    const text = typed[name] ?? String(suggestion);
    return { name, where, text, error: errorOf(text) };
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onOpen(Object.fromEntries(rows.map(({ name, text }) => [name, Number(text)])));
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      {rows.map(({ name, where, text, error }) => (
        <Field key={name} label={`${name}: ${where}`} error={error}>
          {(control) => (
            <input
              {...control}
              inputMode="numeric"
              value={text}
              onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <Button type="submit" variant="primary" disabled={rows.some(({ error }) => error !== undefined)}>
        Open with {sizes.length === 1 ? 'this size' : 'these sizes'}
      </Button>
    </form>
  );
}
