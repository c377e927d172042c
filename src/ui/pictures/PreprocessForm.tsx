import { useState } from 'react';
import type { Preprocess } from '../../core/images/preprocess.ts';
import { Choice } from '../parts/Choice.tsx';
import { CommitField } from '../parts/CommitField.tsx';
import { Field } from '../parts/Field.tsx';
import {
  type NormalizationName,
  normalizationNames,
  normalizationOf,
  normalizations,
} from './normalizations.ts';
import styles from './PreprocessForm.module.css';

interface Props {
  readonly value: Preprocess;
  readonly onChange: (value: Preprocess) => void;
}

const fits = [
  { value: 'stretch', label: 'Stretch' },
  { value: 'crop', label: 'Crop' },
  { value: 'letterbox', label: 'Letterbox' },
] as const;

const orders = [
  { value: 'rgb', label: 'Red, green, blue' },
  { value: 'bgr', label: 'Blue, green, red' },
] as const;

/** How pictures become the model's input. Size and number of channels are the model's. */
export function PreprocessForm({ value, onChange }: Props) {
  const { channels, fit, shortSide: _shortSide, ...rest } = value;
  return (
    <div className={styles.form}>
      <Choice
        legend={`To ${value.size[1]} × ${value.size[0]} pixels by`}
        value={fit}
        options={fits}
        onChange={(chosen) => onChange({ ...rest, channels, fit: chosen })}
      />
      {channels !== 'grey' && (
        <Choice
          legend="Order of the channels"
          value={channels}
          options={orders}
          onChange={(order) => onChange({ ...value, channels: order })}
        />
      )}
      <NormalizationField key={`${value.mean} ${value.std}`} value={value} onChange={onChange} />
    </div>
  );
}

function NormalizationField({ value, onChange }: Props) {
  const known = normalizationOf(value);
  const [own, setOwn] = useState(known === undefined);
  const choose = (name: string) => {
    setOwn(name === 'own');
    if (name === 'own') return;
    const { mean, std } = normalizations[name as NormalizationName];
    onChange({ ...value, mean, std });
  };
  // The colour means of ImageNet need three channels.
  const names = normalizationNames.filter((name) => name !== 'imagenet' || value.channels !== 'grey');
  return (
    <>
      <Field label="The model's numbers">
        {(control) => (
          <select
            {...control}
            value={own || known === undefined ? 'own' : known}
            onChange={(event) => choose(event.target.value)}
          >
            {names.map((name) => (
              <option key={name} value={name}>
                {normalizations[name].label}
              </option>
            ))}
            <option value="own">Own mean and deviation</option>
          </select>
        )}
      </Field>
      {(own || known === undefined) && <OwnNumbers value={value} onChange={onChange} />}
    </>
  );
}

function OwnNumbers({ value, onChange }: Props) {
  return (
    <div className={styles.numbers}>
      <NumberList label="Mean" values={value.mean} onChange={(mean) => onChange({ ...value, mean })} />
      <NumberList
        label="Deviation"
        values={value.std}
        wrongWith={(numbers) =>
          numbers.includes(0) ? 'Values are divided by it: it cannot be 0' : undefined
        }
        onChange={(std) => onChange({ ...value, std })}
      />
      <p className={styles.formula}>
        (x − mean) / deviation of pixel values 0 … 255; one number, or one a channel
      </p>
    </div>
  );
}

interface NumberListProps {
  readonly label: string;
  readonly values: readonly number[];
  /** What is wrong with numbers that are all finite. */
  readonly wrongWith?: (values: readonly number[]) => string | undefined;
  readonly onChange: (values: readonly number[]) => void;
}

function parse(typed: string): readonly number[] {
  return typed
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
}

/** Numbers with commas or spaces between. */
function NumberList({ label, values, wrongWith, onChange }: NumberListProps) {
  const errorOf = (text: string) => {
    const numbers = parse(text);
    const countable = (numbers.length === 1 || numbers.length === 3) && numbers.every(Number.isFinite);
    return countable ? wrongWith?.(numbers) : 'One number, or three with commas';
  };
  return (
    <CommitField
      key={values.join()}
      label={label}
      text={values.join(', ')}
      wrongWith={errorOf}
      onCommit={(text) => onChange(parse(text))}
    />
  );
}
