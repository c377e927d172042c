import { useState } from 'react';
import type { HandRange } from '../../core/quantize/recipe.ts';
import { Button } from '../parts/Button.tsx';
import { Field } from '../parts/Field.tsx';
import styles from './RangeForm.module.css';

interface Props {
  /** The range in force. */
  readonly range: { readonly min: number; readonly max: number };
  /** Whether it was set by hand. */
  readonly byHand: boolean;
  /** `undefined` takes the measured range again. */
  readonly onChange: (range: HandRange | undefined) => void;
}

/** Seven digits tell every float32 apart; more would be noise in a field. */
const shown = (x: number): string => String(Number(x.toPrecision(7)));

/** What is wrong with a range as it was typed; `undefined` for a good one. */
function wrongWith(min: number, max: number): string | undefined {
  if (!Number.isFinite(Math.fround(min)) || !Number.isFinite(Math.fround(max))) return 'A number is needed';
  return min > max ? 'The smaller number comes first' : undefined;
}

/** The range of a layer's output, to be set by hand. */
export function RangeForm({ range, byHand, onChange }: Props) {
  const [text, setText] = useState({ min: shown(range.min), max: shown(range.max) });
  const [min, max] = [text.min, text.max].map((typed) => (typed.trim() === '' ? Number.NaN : Number(typed)));
  const error = wrongWith(min ?? Number.NaN, max ?? Number.NaN);
  const unchanged = text.min === shown(range.min) && text.max === shown(range.max);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (error === undefined && min !== undefined && max !== undefined) onChange({ min, max });
      }}
    >
      {(['min', 'max'] as const).map((end) => (
        <Field
          key={end}
          label={end === 'min' ? 'Range from' : 'to'}
          error={end === 'max' ? error : undefined}
        >
          {(control) => (
            <input
              {...control}
              inputMode="decimal"
              value={text[end]}
              onChange={(event) => setText({ ...text, [end]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <Button type="submit" disabled={unchanged || error !== undefined}>
        Set
      </Button>
      {byHand && <Button onClick={() => onChange(undefined)}>Measured range</Button>}
    </form>
  );
}
