import { CommitField } from './CommitField.tsx';

interface Props {
  readonly label: string;
  readonly value: number;
  /** What is wrong with a number; `undefined` for a good one. */
  readonly wrongWith?: (value: number) => string | undefined;
  readonly onChange: (value: number) => void;
}

/** One number. */
export function NumberField({ label, value, wrongWith, onChange }: Props) {
  const errorOf = (text: string) => {
    const number = text.trim() === '' ? Number.NaN : Number(text);
    return Number.isFinite(Math.fround(number)) ? wrongWith?.(number) : 'A number is needed';
  };
  return (
    <CommitField
      key={value}
      label={label}
      text={String(value)}
      wrongWith={errorOf}
      onCommit={(text) => onChange(Number(text))}
    />
  );
}
