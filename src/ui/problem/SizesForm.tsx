import { type FormEvent, useState } from 'react';
import type { OpenSize } from '../../core/onnx/sizes.ts';
import { Button } from '../parts/Button.tsx';
import { Field } from '../parts/Field.tsx';
import styles from './SizesForm.module.css';

interface Props {
  readonly sizes: readonly OpenSize[];
  readonly onOpen: (sizes: Readonly<Record<string, number>>) => void;
  readonly onDismiss: () => void;
}

function errorOf(text: string): string | undefined {
  const size = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isInteger(size) && size >= 1 && size <= 65_536
    ? undefined
    : 'A whole number from 1 to 65,536';
}

/** Asks for the sizes that a model leaves open; a guess stands in each field. */
export function SizesForm({ sizes, onOpen, onDismiss }: Props) {
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const rows = sizes.map(({ key, input, dimension, suggestion }) => {
    const text = typed[key] ?? String(suggestion);
    const label = key === `${input}[${dimension}]` ? key : `${key}, in ${input}[${dimension}]`;
    return { key, label, text, error: errorOf(text) };
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onOpen(Object.fromEntries(rows.map(({ key, text }) => [key, Number(text)])));
  };
  const wrong = rows.some(({ error }) => error !== undefined);
  return (
    <form className={styles.form} onSubmit={submit}>
      <div ref={focusFirst} className={styles.fields}>
        {rows.map(({ key, label, text, error }) => (
          <Field key={key} label={label} error={error}>
            {(control) => (
              <input
                {...control}
                inputMode="numeric"
                value={text}
                onChange={(event) => setTyped({ ...typed, [key]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      <div className={styles.buttons}>
        <Button type="submit" variant="primary" disabled={wrong}>
          Open with {sizes.length === 1 ? 'this size' : 'these sizes'}
        </Button>
        <Button onClick={onDismiss}>Dismiss</Button>
      </div>
    </form>
  );
}

/** What is asked is spoken, and can be answered at once. */
function focusFirst(fields: HTMLElement | null): void {
  fields?.querySelector('input')?.focus();
}
