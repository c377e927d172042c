import { type FormEvent, useState } from 'react';
import type { RecipeRule } from '../../core/quantize/recipe-rules.ts';
import type { Scheme } from '../../core/quantize/scheme.ts';
import { Button } from '../parts/Button.tsx';
import { Field } from '../parts/Field.tsx';
import { schemeOptions } from './fields.ts';
import styles from './Rules.module.css';
import { isPattern } from './rules.ts';

interface Props {
  readonly kinds: readonly string[];
  readonly onAdd: (rule: RecipeRule) => void;
}

/** A rule by operator, by name, or both. */
export function NewRule({ kinds, onAdd }: Props) {
  const [operator, setOperator] = useState('');
  const [name, setName] = useState('');
  const [scheme, setScheme] = useState<Scheme>('float');
  const good = isPattern(name);
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!good) return;
    onAdd({ ...(operator !== '' && { operator }), ...(name !== '' && { name }), scheme });
    setName('');
  };
  return (
    <form className={styles.form} onSubmit={add}>
      <Field label="Operator">
        {(control) => (
          <select {...control} value={operator} onChange={(event) => setOperator(event.target.value)}>
            <option value="">Any</option>
            {kinds.map((kind) => (
              <option key={kind}>{kind}</option>
            ))}
          </select>
        )}
      </Field>
      <Field
        label="Name contains"
        error={good ? undefined : 'This is no regular expression: a bracket is open'}
      >
        {(control) => <input {...control} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label="Becomes">
        {(control) => (
          <select {...control} value={scheme} onChange={(event) => setScheme(event.target.value as Scheme)}>
            {schemeOptions.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Button type="submit" disabled={operator === '' && name === ''}>
        Add exception
      </Button>
    </form>
  );
}
